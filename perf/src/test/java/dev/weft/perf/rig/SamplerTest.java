package dev.weft.perf.rig;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.perf.model.Interval;
import dev.weft.perf.transport.MemoryTransport;
import dev.weft.perf.transport.Transceiver;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SamplerTest {
    private static final int BYTES = 100;
    private static final long SECOND = 1_000_000_000L;

    private final FakeClock clock = new FakeClock();
    private final Transceiver[] pair = MemoryTransport.pair(BYTES);
    private final Source source = new Source(pair[0], clock, BYTES, Long.MAX_VALUE, new Schedule(10, 0, 1), true);
    private final Sink sink = new Sink(pair[1], clock, new LatencyRecorder(true), () -> 0, Long.MAX_VALUE, Long.MAX_VALUE);
    private final List<Interval> told = new ArrayList<>();
    private final List<String> edges = new ArrayList<>();

    private Sampler sampler(long warmUp, long duration) {
        return new Sampler(List.of(sink), new Timing(warmUp, duration, SECOND, 0), clock.nanoTime(), new Sampler.Edges() {
            @Override
            public void onMeasureBegin() {
                edges.add("begin");
            }

            @Override
            public void onMeasureEnd() {
                edges.add("end");
            }
        }, told::add);
    }

    /** Ten messages a second for so long, the sampler looking every 100 ms. @return whether it is over */
    private boolean pass(Sampler sampler, long nanos) {
        boolean over = false;
        for (long passed = 0; passed < nanos; passed += SECOND / 10) {
            source.doWork();
            sink.doWork();
            clock.advance(SECOND / 10);
            over = sampler.onTime(clock.nanoTime());
        }
        return over;
    }

    @Test
    void cutsTheWarmUpOff() {
        Sampler sampler = sampler(SECOND, 2 * SECOND);

        assertFalse(pass(sampler, SECOND));
        assertTrue(pass(sampler, 2 * SECOND));

        EndReport report = sampler.report(null);
        assertEquals(List.of("begin", "end"), edges);
        assertEquals(2.0, report.seconds(), 1e-9);
        assertEquals(20, report.messages());
        assertEquals(20 * BYTES, report.bytes());
        assertEquals(List.of(true, false, false), told.stream().map(Interval::warmUp).toList());
        assertEquals(20, report.raw().count(), "latencies of the warm-up do not count");
    }

    @Test
    void makesALateLookALongerIntervalAndNotAHigherRate() {
        Sampler sampler = sampler(0, 10 * SECOND);
        for (int i = 0; i < 30; i++) {
            source.doWork();
            sink.doWork();
            clock.advance(SECOND / 10);
        }
        sampler.onTime(clock.nanoTime()); // three intervals late

        assertEquals(1, told.size());
        assertEquals(3.0, told.getFirst().seconds(), 1e-9);
        assertEquals(10.0, told.getFirst().messagesPerSecond(), 1e-9);
    }

    @Test
    void countsWhatThereIsWhenItEndsEarly() {
        Sampler sampler = sampler(0, 10 * SECOND);
        pass(sampler, SECOND + SECOND / 2);
        sampler.finish(clock.nanoTime());

        assertEquals(15, sampler.report(null).messages());
        assertEquals(1.5, sampler.report(null).seconds(), 1e-9);
        assertEquals(List.of("begin", "end"), edges);
    }
}
