package dev.weft.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class AckClockTest {
    private static final long MILLI = 1_000_000L;
    private static final long FLOOR = 80 * MILLI;

    private final AckClock clock = new AckClock(FLOOR);
    private long now = 1_000 * MILLI;
    private long lastTick = now;
    private long sequence;

    AckClockTest() {
        clock.start(0, now);
        clock.onTick(now);
    }

    /** Time passes, with ticks as a lane makes them. */
    private void pass(long millis) {
        long end = now + millis * MILLI;
        while (now < end) {
            now = Math.min(end, lastTick + 20 * MILLI);
            if (now == lastTick + 20 * MILLI) {
                clock.onTick(now);
                lastTick = now;
            }
        }
    }

    private void roundTrip(long millis) {
        clock.onSent(++sequence, now);
        pass(millis);
        clock.onAck(sequence, now);
    }

    private void roundTrips(int count, long millis) {
        for (int i = 0; i < count; i++) {
            roundTrip(millis);
        }
    }

    @Test
    void shouldWaitForTheFloorWhereAcknowledgementsAreFast() {
        roundTrips(50, 15);
        assertEquals(FLOOR, clock.timeoutNanos());
        clock.onSent(++sequence, now);
        pass(80);
        assertFalse(clock.isLate(sequence, now));
        pass(1);
        assertTrue(clock.isLate(sequence, now));
        assertEquals(81 * MILLI, clock.silenceNanos(now));
    }

    @Test
    void shouldFollowAHostThatIsSlowByNature() {
        roundTrips(200, 300);
        assertTrue(clock.timeoutNanos() > 300 * MILLI, "patience of " + clock.timeoutNanos() / MILLI + " ms");
        clock.onSent(++sequence, now);
        pass(300);
        assertFalse(clock.isLate(sequence, now));
    }

    @Test
    void shouldBearTheSecondPauseOfTheSameLengthAndForgetItInTime() {
        roundTrips(50, 15);
        roundTrip(500);
        assertTrue(clock.timeoutNanos() >= 500 * MILLI, "patience of " + clock.timeoutNanos() / MILLI + " ms");
        roundTrips(50, 15);
        assertTrue(clock.timeoutNanos() >= 300 * MILLI, "a second later, " + clock.timeoutNanos() / MILLI + " ms");
        roundTrips(1_000, 15);
        assertEquals(FLOOR, clock.timeoutNanos());
    }

    @Test
    void shouldNeverWaitLongerThanTheCeiling() {
        roundTrips(20, 5_000);
        assertEquals(AckClock.CEILING_NANOS, clock.timeoutNanos());
    }

    @Test
    void shouldWaitForAFloorAboveTheCeilingWhenToldSo() {
        AckClock patient = new AckClock(5_000 * MILLI);
        assertEquals(5_000 * MILLI, patient.timeoutNanos());
    }

    @Test
    void shouldNotCountTimeInWhichThisAgentStoodStill() {
        roundTrips(50, 15);
        clock.onSent(++sequence, now);
        pass(10);
        now += 3_000 * MILLI;
        clock.onAck(sequence, now); // read late, by nobody's fault but ours
        clock.onTick(now);
        lastTick = now;
        assertEquals(FLOOR, clock.timeoutNanos());
        clock.onSent(++sequence, now);
        clock.onSent(++sequence, now);
        now += 3_000 * MILLI;
        clock.onTick(now);
        lastTick = now;
        assertFalse(clock.isLate(sequence, now));
        pass(30);
        assertTrue(clock.isLate(sequence, now));
    }

    @Test
    void shouldNotMeasureWhatIsAcknowledgedAfterThePathHasLeft() {
        roundTrips(50, 15);
        clock.onSent(++sequence, now);
        clock.stop();
        pass(1_500);
        clock.onAck(sequence, now);
        assertEquals(FLOOR, clock.timeoutNanos());
        assertFalse(clock.isLate(sequence, now));
    }
}
