package dev.weft.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Which processors the calling thread may run on (sched_setaffinity(2)), for the first 64 of them. Platform threads only. */
public final class CpuAffinity {
    /** struct cpu_set_t of glibc: 1024 bits. */
    private static final int SET_BYTES = 128;
    private static final int THIS_THREAD = 0;

    private static final LibcFunction SET = LibcFunction.named("sched_setaffinity");
    private static final LibcFunction GET = LibcFunction.named("sched_getaffinity");

    private CpuAffinity() {
    }

    /** @param mask bit i allows processor i */
    public static void set(long mask) throws IOException {
        call(SET, mask);
    }

    /** @return bit i tells whether processor i is allowed */
    public static long get() throws IOException {
        return call(GET, 0);
    }

    private static long call(LibcFunction function, long mask) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment set = arena.allocate(SET_BYTES, 8);
            set.set(ValueLayout.JAVA_LONG, 0, mask);
            function.checked(function.name(), THIS_THREAD, SET_BYTES, set.address());
            return set.get(ValueLayout.JAVA_LONG, 0);
        }
    }
}
