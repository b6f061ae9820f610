package dev.weft.perf.rig;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.perf.transport.MemoryTransport;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Ten minutes of samples, in time that passes only here and at a fiftieth of the million a second that {@code lab/bench/perf
 * --memory-seconds 600} takes in real time.
 */
class FlatMemoryTest {
    private static final int BYTES = 64;
    private static final double RATE = 20_000;
    private static final long SECOND = 1_000_000_000L;
    private static final int SECONDS = 600;
    private static final int SETTLED_AFTER = 60;
    /** For a second's interval, with room for what the virtual machine does beside. */
    private static final long MOST_BYTES_AN_INTERVAL = 1024;

    private final FakeClock clock = new FakeClock();
    private final Random random = new Random(9);
    private final OpenLoopPinger pinger = new OpenLoopPinger(List.of(MemoryTransport.loopback(BYTES)), clock, BYTES, Long.MAX_VALUE,
            new Schedule(RATE, 0, 1));
    private final Sampler sampler = new Sampler(List.of(pinger), new Timing(0, SECONDS * SECOND, SECOND, 0), clock.nanoTime(),
            new NoEdges(), interval -> { });

    /** Costs of processes are not the matter here. */
    private static final class NoEdges implements Sampler.Edges {
        @Override
        public void onMeasureBegin() {
            // nothing
        }

        @Override
        public void onMeasureEnd() {
            // nothing
        }
    }

    @Test
    void tenMinutesOfSamplesRetainNothingButTheirIntervals() {
        run(SETTLED_AFTER);
        long settled = retainedBytes();
        run(SECONDS - SETTLED_AFTER);
        long grown = retainedBytes() - settled;

        EndReport report = sampler.report(null);
        assertTrue(grown < (SECONDS - SETTLED_AFTER) * MOST_BYTES_AN_INTERVAL, grown + " bytes more are retained");
        assertEquals(SECONDS * RATE, report.raw().histogram().getTotalCount(), RATE);
        assertEquals(report.raw().histogram().getTotalCount(), report.corrected().histogram().getTotalCount());
    }

    private void run(int seconds) {
        long end = clock.nanoTime() + seconds * SECOND;
        while (clock.nanoTime() < end) {
            boolean stall = random.nextInt(20_000) == 0;
            clock.advance(Math.min(end - clock.nanoTime(), stall ? random.nextInt(20_000_000) : 1 + random.nextInt(60_000)));
            pinger.doWork();
            sampler.onTime(clock.nanoTime());
        }
    }

    private static long retainedBytes() {
        MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
        memory.gc();
        memory.gc();
        return memory.getHeapMemoryUsage().getUsed();
    }
}
