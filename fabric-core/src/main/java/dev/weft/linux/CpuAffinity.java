package dev.weft.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Which processors a thread may run on (sched_setaffinity(2)), for the first 64 of them. Platform threads only. */
public final class CpuAffinity {
    /** struct cpu_set_t of glibc: 1024 bits. */
    private static final int SET_BYTES = 128;
    private static final int THIS_THREAD = 0;

    private static final LibcFunction SET = LibcFunction.named("sched_setaffinity");
    private static final LibcFunction GET = LibcFunction.named("sched_getaffinity");

    private CpuAffinity() {
    }

    /** @param mask bit i allows processor i to the calling thread */
    public static void set(long mask) throws IOException {
        set(THIS_THREAD, mask);
    }

    /** @return bit i tells whether processor i is allowed to the calling thread */
    public static long get() throws IOException {
        return get(THIS_THREAD);
    }

    /**
     * @param thread the kernel's number of a thread, as in /proc/self/task
     * @throws IOException also when it has ended
     */
    public static void set(int thread, long mask) throws IOException {
        call(SET, thread, mask);
    }

    /**
     * @param thread the kernel's number of a thread, as in /proc/self/task
     * @throws IOException also when it has ended
     */
    public static long get(int thread) throws IOException {
        return call(GET, thread, 0);
    }

    private static long call(LibcFunction function, int thread, long mask) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment set = arena.allocate(SET_BYTES, 8);
            set.set(ValueLayout.JAVA_LONG, 0, mask);
            function.checked(function.name(), thread, SET_BYTES, set.address());
            return set.get(ValueLayout.JAVA_LONG, 0);
        }
    }
}
