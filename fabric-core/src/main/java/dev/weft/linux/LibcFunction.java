package dev.weft.linux;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * A function of libc that takes up to six integers or pointers and answers with an int or a length below 2^31, negative when it failed.
 *
 * <p>Memory is passed by its address; the caller keeps it alive until the call is over.
 *
 * <p>All are called in one shape, six registers of 64 bits, whatever their C types: the calling conventions of x86-64 (System V ABI,
 * section 3.2.3) and aarch64 (AAPCS64, section 6.8.2) pass integers, pointers and variable arguments in the same registers and leave the
 * rest unread. The JVM spends about 10 ms on every new shape, which an agent's start cannot spare thirty times.
 *
 * @param handle takes {@link Errno#segment()} and six longs, answers with a long of which only the lower half means something
 */
record LibcFunction(String name, MethodHandle handle) {
    static final FunctionDescriptor SHAPE = FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG);

    static LibcFunction named(String name) {
        Linker linker = Linker.nativeLinker();
        return new LibcFunction(name, linker.downcallHandle(linker.defaultLookup().findOrThrow(name), SHAPE, Errno.CAPTURE));
    }

    /** @return what the function answered, or -errno */
    int call(long a, long b, long c, long d, long e) {
        int result;
        try {
            result = (int) (long) handle.invokeExact(Errno.segment(), a, b, c, d, e, 0L);
        } catch (Throwable t) {
            throw new AssertionError(name + " of libc cannot be called", t);
        }
        return result < 0 ? -Errno.last() : result;
    }

    /** As {@link #call}; a call that a signal ended is made again. */
    int checked(String what, long a, long b, long c, long d, long e) throws LinuxException {
        int result;
        do {
            result = call(a, b, c, d, e);
        } while (result == -Errno.EINTR);
        if (result < 0) {
            throw new LinuxException(what, -result);
        }
        return result;
    }

    int checked(String what, long a, long b, long c) throws LinuxException {
        return checked(what, a, b, c, 0, 0);
    }
}
