package dev.weft.session;

import java.util.concurrent.TimeUnit;

/**
 * How long acknowledgements over an RDMA path may fail to come before the path is given up. It follows the round trips that are measured,
 * as TCP's retransmission time-out does (RFC 6298): smoothed round trip and four times its variation, between a floor and a ceiling. One
 * frame at a time is timed. Variation grows as in the RFC and shrinks slowly, over about a hundred acknowledgements: a host that
 * stood still once will do so again, and leaving a healthy link costs more than waiting for a broken one.
 *
 * <p>What is measured outlives links and sessions. Time in which this agent itself did not run counts against nobody. Lane's thread only.
 */
final class AckClock {
    static final long CEILING_NANOS = TimeUnit.SECONDS.toNanos(2);
    /** Ticks come at least this often, unless this agent is stopped. */
    private static final long LONGEST_TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(60);
    private static final int SMOOTHING = 8;
    private static final int GROWTH = 4;
    private static final int DECAY = 128;

    private final long floorNanos;
    private long acked;
    private long progressAt;
    private long lastTick;
    private long timed;
    private long timedAt;
    private boolean measured;
    private long smoothed;
    private long variation;

    AckClock(long floorNanos) {
        this.floorNanos = floorNanos;
    }

    /** Frames above this sequence are sent over RDMA from now on. */
    void start(long sequence, long now) {
        acked = sequence;
        progressAt = now;
        timed = 0;
    }

    /** The path has left RDMA: what is acknowledged from now on says nothing about it. */
    void stop() {
        timed = 0;
    }

    void onSent(long sequence, long now) {
        if (sequence == acked + 1) {
            progressAt = now;
        }
        if (timed == 0) {
            timed = sequence;
            timedAt = now;
        }
    }

    /** The peer has everything up to this sequence. */
    void onAck(long sequence, long now) {
        if (sequence <= acked) {
            return;
        }
        acked = sequence;
        progressAt = now;
        if (timed != 0 && sequence >= timed) {
            timed = 0;
            if (now - lastTick <= LONGEST_TICK_NANOS) {
                measure(now - timedAt);
            }
        }
    }

    private void measure(long roundTrip) {
        if (!measured) {
            measured = true;
            smoothed = roundTrip;
            variation = roundTrip / 2;
            return;
        }
        long off = Math.abs(roundTrip - smoothed);
        variation += (off - variation) / (off > variation ? GROWTH : DECAY);
        smoothed += (roundTrip - smoothed) / SMOOTHING;
    }

    /** Called every 20 to 60 ms. */
    void onTick(long now) {
        long missed = now - lastTick - LONGEST_TICK_NANOS;
        if (missed > 0) {
            progressAt = Math.min(now, progressAt + missed);
            timed = 0;
        }
        lastTick = now;
    }

    /** Whether what was sent up to {@code sent} has been without acknowledgement for too long. */
    boolean isLate(long sent, long now) {
        return sent > acked && now - progressAt > timeoutNanos();
    }

    /** Since when nothing was acknowledged, in ns. */
    long silenceNanos(long now) {
        return now - progressAt;
    }

    long timeoutNanos() {
        return Math.clamp(smoothed + 4 * variation, floorNanos, Math.max(floorNanos, CEILING_NANOS));
    }
}
