package dev.weft.perf.iperf3;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.LongSupplier;

/** User and system time of this process between its making and {@link #percent}, from /proc/self/stat. */
final class CpuClock {
    /** USER_HZ, part of the kernel's interface. */
    private static final double TICKS_PER_SECOND = 100;
    private final LongSupplier nanos;
    private final long beginNanos;
    private final long[] beginTicks;

    CpuClock(LongSupplier nanos) {
        this.nanos = nanos;
        this.beginNanos = nanos.getAsLong();
        this.beginTicks = ticks();
    }

    Results.Cpu percent() {
        double seconds = Math.max(1e-3, (nanos.getAsLong() - beginNanos) / 1e9);
        long[] now = ticks();
        double user = 100 * (now[0] - beginTicks[0]) / TICKS_PER_SECOND / seconds;
        double system = 100 * (now[1] - beginTicks[1]) / TICKS_PER_SECOND / seconds;
        return new Results.Cpu(user + system, user, system);
    }

    private static long[] ticks() {
        try {
            String stat = Files.readString(Path.of("/proc/self/stat"));
            String[] afterName = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return new long[] {Long.parseLong(afterName[11]), Long.parseLong(afterName[12])};
        } catch (IOException noProc) {
            return new long[] {0, 0};
        }
    }
}
