package dev.weft.agent;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Every 30 s: what should be there is compared with what is, and put right. On a thread of its own; tasks may block. */
final class Reconciliation implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Reconciliation.class);
    static final Duration PERIOD = Duration.ofSeconds(30);

    private final Duration period;
    private final List<Runnable> tasks = new CopyOnWriteArrayList<>();
    private final ScheduledExecutorService executor = Executors
            .newSingleThreadScheduledExecutor(Thread.ofPlatform().name("weft-reconcile").daemon(true).factory());

    /**
     * @param period from the end of a round to the begin of the next
     */
    Reconciliation(Duration period) {
        this.period = period;
    }

    void add(Runnable task) {
        tasks.add(task);
    }

    void start() {
        executor.scheduleWithFixedDelay(this::run, 0, period.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void run() {
        for (Runnable task : tasks) {
            try {
                task.run();
            } catch (RuntimeException e) {
                LOG.error("reconciliation failed; it is tried again in {} s", period.toSeconds(), e);
            }
        }
    }

    @Override
    public void close() {
        executor.shutdown();
        try {
            if (!executor.awaitTermination(5, TimeUnit.SECONDS)) {
                LOG.warn("a reconciliation did not end within 5 s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
