package dev.weft.linux;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * The error number a C function left behind (errno(3)). The JVM may overwrite {@code errno} between two native calls, so it is
 * captured with the call: make the handle with {@link #CAPTURE}, pass {@link #segment()} as its first argument, read {@link #last()}.
 */
public final class Errno {
    public static final int ENOENT = 2;
    public static final int EINTR = 4;
    public static final int EAGAIN = 11;
    public static final int ENOMEM = 12;
    public static final int EACCES = 13;
    public static final int EBUSY = 16;
    public static final int EEXIST = 17;
    public static final int ENODEV = 19;
    public static final int EINVAL = 22;
    public static final int EOPNOTSUPP = 95;
    public static final int EADDRINUSE = 98;
    public static final int ECONNRESET = 104;

    /** Option for {@link Linker#downcallHandle} of functions that set errno. */
    public static final Linker.Option CAPTURE = Linker.Option.captureCallState("errno");

    private static final StructLayout LAYOUT = Linker.Option.captureStateLayout();
    private static final long OFFSET = LAYOUT.byteOffset(MemoryLayout.PathElement.groupElement("errno"));
    private static final ThreadLocal<MemorySegment> CAPTURED = ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(LAYOUT));

    /** Only when something has failed; most agents never ask. */
    private static final class Texts {
        private static final AddressLayout TEXT =
                ValueLayout.ADDRESS.withTargetLayout(MemoryLayout.sequenceLayout(256, ValueLayout.JAVA_BYTE));
        private static final MethodHandle STRERROR = Linker.nativeLinker().downcallHandle(
                Linker.nativeLinker().defaultLookup().findOrThrow("strerror"), FunctionDescriptor.of(TEXT, ValueLayout.JAVA_INT));
    }

    private Errno() {
    }

    /** This thread's memory for the captured state. */
    public static MemorySegment segment() {
        return CAPTURED.get();
    }

    /** What the last capturing call of this thread left; only meaningful when that call failed. */
    public static int last() {
        return CAPTURED.get().get(ValueLayout.JAVA_INT, OFFSET);
    }

    /** For people: {@code Cannot allocate memory (errno 12)}. */
    public static String describe(int errno) {
        try {
            return ((MemorySegment) Texts.STRERROR.invokeExact(errno)).getString(0) + " (errno " + errno + ")";
        } catch (Throwable e) {
            throw new IllegalStateException("strerror cannot be called", e);
        }
    }
}
