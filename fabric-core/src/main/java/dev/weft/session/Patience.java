package dev.weft.session;

/**
 * How long egress waits for one session's link when it is full. While a packet waits, packets for other peers wait behind it, so a peer
 * that is slow by nature must not use up the patience meant for one that is briefly behind.
 *
 * <pre>
 *              link takes the frame             waited in vain
 *   PATIENT ------------------------> PATIENT ------------------> EXHAUSTED (its packets are dropped at once)
 *      ^                                                              |
 *      +------------- link takes a frame again; the next wait is half as long, until a second has passed without one in vain
 * </pre>
 *
 * Lane's thread only.
 */
public final class Patience {
    static final long LONGEST_NANOS = 8_000_000;
    static final long SHORTEST_NANOS = 250_000;
    private static final long RECOVERY_NANOS = 1_000_000_000;

    private long nextNanos = LONGEST_NANOS;
    private long exhaustedAt;
    private boolean exhausted;

    /** Whether packets are dropped at once instead of waiting. */
    public boolean isExhausted() {
        return exhausted;
    }

    /** How long the next packet may wait. */
    public long nanos(long now) {
        if (now - exhaustedAt > RECOVERY_NANOS) {
            nextNanos = LONGEST_NANOS;
        }
        return nextNanos;
    }

    /** A packet waited in vain. */
    public void waitedInVain(long now) {
        exhausted = true;
        exhaustedAt = now;
        nextNanos = Math.max(SHORTEST_NANOS, nextNanos / 2);
    }

    /** The link took a frame. */
    public void relieved() {
        exhausted = false;
    }
}
