package dev.weft.perf.rig;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.perf.transport.MemoryTransport;
import dev.weft.perf.transport.Transceiver;
import org.junit.jupiter.api.Test;

/** When a stream of a counted test is over. */
class SinkTest {
    private static final int BYTES = 64;
    private static final long SECOND = 1_000_000_000L;

    private final FakeClock clock = new FakeClock();
    private final Transceiver[] pair = MemoryTransport.pair(BYTES);

    private Sink sink(long limit, long silenceNanos) {
        return new Sink(pair[1], clock, null, () -> 0, limit, silenceNanos);
    }

    private void send(long sequence) {
        long room = pair[0].claim(BYTES);
        Message.write(room, sequence, 0, 0);
        pair[0].commit(BYTES);
    }

    @Test
    void isDoneWithTheLastMessage() {
        Sink sink = sink(2, Long.MAX_VALUE);
        send(0);
        sink.doWork();
        assertFalse(sink.isDone());
        send(0); // again
        sink.doWork();
        assertFalse(sink.isDone());
        send(1);
        sink.doWork();
        assertTrue(sink.isDone());
        assertEquals(2, sink.tally().received.get());
    }

    @Test
    void takesALongSilenceForTheEndWhereTheEndCanGetLost() {
        Sink sink = sink(3, 2 * SECOND);
        sink.doWork();
        clock.advance(SECOND);
        send(0);
        sink.doWork();
        clock.advance(2 * SECOND);
        sink.doWork();
        assertFalse(sink.isDone());
        clock.advance(1);
        sink.doWork();
        assertTrue(sink.isDone());
    }

    @Test
    void isPatientInATimedTest() {
        Sink sink = sink(Long.MAX_VALUE, 2 * SECOND);
        sink.doWork();
        clock.advance(600 * SECOND);
        sink.doWork();
        assertFalse(sink.isDone());
    }
}
