package dev.weft.messaging;

import dev.weft.linux.LinuxException;
import dev.weft.linux.TimerSlack;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.IdleStrategy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a driver thread does between two rounds: it takes what lanes and other drivers have put into its inboxes, and when there was
 * nothing to do anywhere it waits, longer each time, until something is put in.
 *
 * <pre>
 *   work ---> no wait        nothing, N rounds ---> spin ---> yield ---> sleep 1 us .. longest sleep
 *    ^                                                                     |
 *    +--------------------- woken by an inbox, or a client has work -------+
 * </pre>
 *
 * Clients write to shared memory and wake nobody; the longest sleep is what that may cost them, as in Aeron's own back-off.
 */
final class WakefulIdle implements IdleStrategy, Wakeable {
    private static final Logger LOG = LoggerFactory.getLogger(WakefulIdle.class);
    private static final int SPINS = 10;
    private static final int YIELDS = 20;
    private static final long SHORTEST_SLEEP_NANOS = 1_000;

    /** A sleep lasts an eighth of the time without work so far: what comes then has waited a sixteenth of it on average. */
    private static final int SHARE = 8;
    private static final int POLL_LIMIT = 64;

    private final Inbox[] inboxes;
    private final long longestSleepNanos;
    private volatile Thread sleeper;
    private int idleRounds;
    private long idleSince;
    private boolean prompt;

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
        if (idleRounds == 0) {
            idleSince = System.nanoTime();
        }
        if (idleRounds >= SPINS + YIELDS) {
            sleep();
            return;
        }
        if (idleRounds++ < SPINS) {
            Thread.onSpinWait();
        } else {
            Thread.yield();
        }
    }

    private void sleep() {
        if (!prompt) {
            bePrompt();
        }
        sleeper = Thread.currentThread(); // before the last look: who puts in later sees it
        boolean empty = true;
        for (Inbox inbox : inboxes) {
            empty &= inbox.isEmpty();
        }
        if (empty) {
            long idle = System.nanoTime() - idleSince;
            LockSupport.parkNanos(Math.clamp(idle / SHARE, SHORTEST_SLEEP_NANOS, longestSleepNanos));
        }
        sleeper = null;
    }

    /** The kernel may add 50 us to each sleep otherwise. */
    private void bePrompt() {
        prompt = true;
        try {
            TimerSlack.set(SHORTEST_SLEEP_NANOS);
        } catch (LinuxException e) {
            LOG.warn("{}: short sleeps take longer", e.getMessage());
        }
    }

    @Override
    public void reset() {
        idleRounds = 0;
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
