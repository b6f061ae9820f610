package dev.weft.endpoint;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the rounds in which the agent compares what should be with what is: endpoints, and whatever else is left to be done. One
 * thread of its own; a round that fails is logged and the next one comes all the same.
 */
public final class Reconciler implements AutoCloseable {
    /** Time between the end of a round and the start of the next. */
    public static final Duration PERIOD = Duration.ofSeconds(30);
    private static final Logger LOG = LoggerFactory.getLogger(Reconciler.class);
    private static final long PATIENCE_SECONDS = 10;

    private final ScheduledExecutorService thread = Executors
            .newSingleThreadScheduledExecutor(Thread.ofPlatform().name("weft-reconciler").daemon(true).factory());

    /**
     * Starts the rounds, the first one at once.
     *
     * @param chores done in this order in every round, on this object's thread; may block
     */
    public static Reconciler start(Duration period, List<Runnable> chores) {
        Reconciler reconciler = new Reconciler();
        reconciler.thread.scheduleWithFixedDelay(() -> chores.forEach(Reconciler::run), 0, period.toNanos(), TimeUnit.NANOSECONDS);
        return reconciler;
    }

    private Reconciler() {
    }

    private static void run(Runnable chore) {
        try {
            chore.run();
        } catch (RuntimeException e) {
            LOG.error("reconciliation failed", e);
        }
    }

    /** Ends the rounds; waits a while for the one that runs. Idempotent. */
    @Override
    public void close() {
        thread.shutdown();
        try {
            if (!thread.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("a reconciliation round did not end within {} s", PATIENCE_SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
