package dev.weft.perf.rig;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.perf.transport.MemoryTransport;
import dev.weft.perf.transport.Transceiver;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class OpenLoopTest {
    private static final int BYTES = 64;
    private static final long MILLI = 1_000_000L;
    private static final double THOUSAND_A_SECOND = 1000;

    private final FakeClock clock = new FakeClock();
    private final Transceiver[] pair = MemoryTransport.pair(BYTES);
    private final Echo echo = new Echo(pair[1]);

    private OpenLoopPinger pinger(long limit) {
        return new OpenLoopPinger(List.of(pair[0]), clock, BYTES, limit, new Schedule(THOUSAND_A_SECOND, 0, 1));
    }

    @Test
    void sendsWhenAMessageIsDueAndNotBefore() {
        OpenLoopPinger pinger = pinger(Long.MAX_VALUE);

        pinger.doWork();
        assertEquals(1, pinger.tally().sent.get());
        clock.advance(MILLI - 1);
        pinger.doWork();
        assertEquals(1, pinger.tally().sent.get());
        clock.advance(1);
        pinger.doWork();
        assertEquals(2, pinger.tally().sent.get());
    }

    @Test
    void chargesAStallToEveryMessageItDelayed() {
        OpenLoopPinger pinger = pinger(Long.MAX_VALUE);
        pinger.doWork();
        clock.advance(10 * MILLI); // nobody ran for ten messages
        pinger.doWork();
        echo.doWork();
        pinger.doWork();

        Histogram raw = pinger.latency().takeRaw();
        Histogram corrected = pinger.latency().takeCorrected();
        assertEquals(11, corrected.getTotalCount());
        assertTrue(corrected.valuesAreEquivalent(corrected.getMaxValue(), 10 * MILLI), "max " + corrected.getMaxValue());
        assertTrue(corrected.valuesAreEquivalent(corrected.getValueAtPercentile(50), 5 * MILLI), "p50 "
                + corrected.getValueAtPercentile(50));
        assertTrue(raw.getValueAtPercentile(50) <= 1, "the ten that were sent late came back at once: " + raw.getValueAtPercentile(50));
    }

    @Test
    void keepsTheScheduleWhenTheTransportTakesNothing() {
        OpenLoopPinger pinger = pinger(Long.MAX_VALUE);
        pinger.doWork();
        while (pair[0].claim(BYTES) >= 0) {
            pair[0].commit(BYTES); // fill the ring
        }
        clock.advance(5 * MILLI);
        pinger.doWork();
        pinger.doWork();

        assertEquals(1, pinger.tally().sent.get());
        assertEquals(1, pinger.tally().stalls.get(), "one stall, however often it looked");
        assertEquals(6, pinger.scheduled(clock.nanoTime()));
    }

    @Test
    void isDoneWhenEveryReplyIsThere() {
        OpenLoopPinger pinger = pinger(2);
        pinger.doWork();
        clock.advance(MILLI);
        pinger.doWork();
        pinger.doWork();
        assertFalse(pinger.isDone());
        echo.doWork();
        pinger.doWork();
        assertTrue(pinger.isDone());
    }

    @Test
    void endsWhenTheOtherEndGoes() {
        OpenLoopPinger pinger = pinger(Long.MAX_VALUE);
        pinger.doWork();
        pair[1].close();
        clock.advance(MILLI);
        pinger.doWork();

        assertTrue(pinger.isDone());
    }

    @Test
    void sharesARateEvenlyBetweenStreams() {
        Schedule first = new Schedule(THOUSAND_A_SECOND, 0, 2);
        Schedule second = new Schedule(THOUSAND_A_SECOND, 1, 2);
        first.start(0);
        second.start(0);

        assertEquals(List.of(0L, MILLI, 2 * MILLI, 3 * MILLI), List.of(first.due(0), second.due(0), first.due(1), second.due(1)));
    }
}
