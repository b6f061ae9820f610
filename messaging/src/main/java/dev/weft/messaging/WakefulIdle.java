package dev.weft.messaging;

import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.IdleStrategy;

/**
 * What a driver thread does between two rounds: it takes what lanes and other drivers have put into its inboxes, and when there was
 * nothing to do anywhere it waits, longer each time, until something is put in.
 *
 * <pre>
 *   work ---> no wait        nothing, N rounds ---> spin ---> yield ---> sleep 1 us, 2 us, .. longest sleep
 *    ^                                                                     |
 *    +--------------------- woken by an inbox, or a client has work -------+
 * </pre>
 *
 * Clients write to shared memory and wake nobody; the longest sleep is what that may cost them, as in Aeron's own back-off.
 */
final class WakefulIdle implements IdleStrategy, Wakeable {
    private static final int SPINS = 10;
    private static final int YIELDS = 20;
    private static final long SHORTEST_SLEEP_NANOS = 1_000;
    private static final int POLL_LIMIT = 64;

    private final Inbox[] inboxes;
    private final long longestSleepNanos;
    private volatile Thread sleeper;
    private int idleRounds;
    private long sleepNanos = SHORTEST_SLEEP_NANOS;

    WakefulIdle(long longestSleepNanos, Inbox... inboxes) {
        this.longestSleepNanos = longestSleepNanos;
        this.inboxes = inboxes;
        for (Inbox inbox : inboxes) {
            inbox.reader(this);
        }
    }

    @Override
    public void idle(int workCount) {
        int work = workCount;
        for (Inbox inbox : inboxes) {
            work += inbox.poll(POLL_LIMIT);
        }
        if (work > 0) {
            reset();
        } else {
            idle();
        }
    }

    @Override
    public void idle() {
        idleRounds++;
        if (idleRounds <= SPINS) {
            Thread.onSpinWait();
        } else if (idleRounds <= SPINS + YIELDS) {
            Thread.yield();
        } else {
            sleep();
        }
    }

    private void sleep() {
        sleeper = Thread.currentThread(); // before the last look: who puts in later sees it
        boolean empty = true;
        for (Inbox inbox : inboxes) {
            empty &= inbox.isEmpty();
        }
        if (empty) {
            LockSupport.parkNanos(sleepNanos);
            sleepNanos = Math.min(sleepNanos * 2, longestSleepNanos);
        }
        sleeper = null;
    }

    @Override
    public void reset() {
        idleRounds = 0;
        sleepNanos = SHORTEST_SLEEP_NANOS;
    }

    @Override
    public void wake() {
        Thread asleep = sleeper;
        if (asleep != null) {
            LockSupport.unpark(asleep);
        }
    }

    @Override
    public String alias() {
        return "weft";
    }
}
