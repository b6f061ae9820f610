package dev.weft.loop;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class SpinWindowTest {
    private static final long WINDOW = 50_000;

    private long now = 1_000_000;
    private final SpinWindow window = new SpinWindow(WINDOW, now);

    @Test
    void shouldSleepAtOnceUntilWorkComesOften() {
        assertFalse(window.isOpen(now));
        window.worked(now);
        assertFalse(window.isOpen(now + 1), "one piece of work says nothing of the next");
    }

    @Test
    void shouldLookForWorkThatComesWithinTheWindowAndNoLonger() {
        workEvery(25_000, 40);
        assertTrue(window.isOpen(now + WINDOW - 1));
        assertFalse(window.isOpen(now + WINDOW));
    }

    @Test
    void shouldGiveUpLookingWhenWorkBecomesRare() {
        workEvery(25_000, 40);
        workEvery(10 * WINDOW, 20);
        assertFalse(window.isOpen(now + 1));
    }

    @Test
    void shouldForgetALongPauseWithinAFewRoundTrips() {
        workEvery(25_000, 40);
        workEvery(3_600_000_000_000L, 1);
        workEvery(25_000, 8);
        assertTrue(window.isOpen(now + 1));
    }

    @Test
    void shouldNeverLookWithoutAWindow() {
        SpinWindow none = new SpinWindow(0, now);
        for (int i = 0; i < 100; i++) {
            none.worked(now);
        }
        assertFalse(none.isOpen(now));
    }

    private void workEvery(long nanos, int times) {
        for (int i = 0; i < times; i++) {
            now += nanos;
            window.worked(now);
        }
    }
}
