package dev.weft.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** Which processors the calling thread may run on (sched_setaffinity(2)), for the first 64 of them. Platform threads only. */
public final class CpuAffinity {
    /** struct cpu_set_t of glibc: 1024 bits. */
    private static final int SET_BYTES = 128;
    private static final int THIS_THREAD = 0;

    private static final MethodHandle SET = handle("sched_setaffinity");
    private static final MethodHandle GET = handle("sched_getaffinity");

    private CpuAffinity() {
    }

    private static MethodHandle handle(String name) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), FunctionDescriptor.of(ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.ADDRESS), Errno.CAPTURE);
    }

    /** @param mask bit i allows processor i */
    public static void set(long mask) throws IOException {
        call(SET, "sched_setaffinity", mask);
    }

    /** @return bit i tells whether processor i is allowed */
    public static long get() throws IOException {
        return call(GET, "sched_getaffinity", 0);
    }

    private static long call(MethodHandle function, String name, long mask) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment set = arena.allocate(SET_BYTES, 8);
            set.set(ValueLayout.JAVA_LONG, 0, mask);
            if ((int) function.invokeExact(Errno.segment(), THIS_THREAD, (long) SET_BYTES, set) < 0) {
                throw new IOException(name + " failed: " + Errno.describe(Errno.last()));
            }
            return set.get(ValueLayout.JAVA_LONG, 0);
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
