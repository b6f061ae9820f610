package dev.weft.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class PatienceTest {
    private static final long SECOND = 1_000_000_000L;
    private final Patience patience = new Patience();

    @Test
    void shouldGiveASlowPeerLessAndLess() {
        long now = 5 * SECOND;
        long wasted = 0;
        for (int i = 0; i < 100; i++) {
            long wait = patience.nanos(now);
            wasted += wait;
            now += wait;
            patience.waitedInVain(now);
            assertTrue(patience.isExhausted());
            now += 40_000_000; // the link drains
            patience.relieved();
            assertFalse(patience.isExhausted());
        }
        assertTrue(wasted < 100 * 40_000_000L / 50, "a peer that is always slow costs the others little: " + wasted);
        assertEquals(Patience.SHORTEST_NANOS, patience.nanos(now));
    }

    @Test
    void shouldRecoverAfterAQuietSecond() {
        patience.waitedInVain(5 * SECOND);
        patience.relieved();
        assertEquals(Patience.LONGEST_NANOS / 2, patience.nanos(5 * SECOND + 1));
        assertEquals(Patience.LONGEST_NANOS, patience.nanos(6 * SECOND + 1));
    }
}
