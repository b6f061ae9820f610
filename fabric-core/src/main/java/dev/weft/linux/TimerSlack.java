package dev.weft.linux;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** How late the kernel may end the calling thread's short sleeps (prctl(2), PR_SET_TIMERSLACK): 50 us unless set. Platform threads only. */
public final class TimerSlack {
    private static final int PR_SET_TIMERSLACK = 29;

    private TimerSlack() {
    }

    /**
     * @param nanos above 0
     */
    public static void set(long nanos) throws LinuxException {
        Linker linker = Linker.nativeLinker();
        MethodHandle prctl = linker.downcallHandle(linker.defaultLookup().findOrThrow("prctl"), FunctionDescriptor.of(
                ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG), Errno.CAPTURE, Linker.Option.firstVariadicArg(1));
        int result;
        try {
            result = (int) prctl.invokeExact(Errno.segment(), PR_SET_TIMERSLACK, nanos);
        } catch (Throwable e) {
            throw new AssertionError("libc cannot be called", e);
        }
        if (result < 0) {
            throw new LinuxException("set the timer slack of a thread", Errno.last());
        }
    }
}
