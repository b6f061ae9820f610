package dev.weft.perf.rig;

import dev.weft.perf.measure.ProcessCost;
import dev.weft.perf.model.Interval;
import dev.weft.perf.model.Side;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * One end of one test: its worker threads and the sampling of what they do. Driven by one thread:
 *
 * <pre>
 *   new --> open --> run (start .. measured time over) --> drain --> report --> close
 * </pre>
 */
public final class Engine implements AutoCloseable {
    private static final long LOOK_EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long QUIET_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final String name;
    private final NanoClock clock;
    private final List<WorkerThread> threads;
    private final List<Worker> workers = new ArrayList<>();
    private volatile String aborted;
    private volatile boolean ended;
    private Sampler sampler;
    private ProcessCost costAtBegin;
    private ProcessCost costAtEnd;
    private Seclusion seclusion;

    /**
     * @param name    {@code client} or {@code server}
     * @param threads not yet started workers
     */
    public Engine(String name, NanoClock clock, List<WorkerThread> threads) {
        this.name = name;
        this.clock = clock;
        this.threads = List.copyOf(threads);
    }

    /**
     * Waits until every worker has its stream.
     *
     * @throws IOException what kept one from it, or that it took too long
     */
    public void open(long timeoutNanos) throws IOException {
        long deadline = System.nanoTime() + timeoutNanos;
        for (WorkerThread thread : threads) {
            try {
                workers.add(thread.opened().get(Math.max(1, deadline - System.nanoTime()), TimeUnit.NANOSECONDS));
            } catch (ExecutionException e) {
                throw e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause());
            } catch (TimeoutException e) {
                throw new IOException("a stream did not open within " + TimeUnit.NANOSECONDS.toMillis(timeoutNanos) + " ms", e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            }
        }
        seclusion = new Seclusion(threads.stream().mapToLong(WorkerThread::processor).reduce(0, (all, one) -> all | one));
    }

    /** Ends {@link #run} now, without that being a failure. Any thread. */
    public void end() {
        ended = true;
    }

    /** Ends {@link #run} early, as a failure. Any thread. */
    public void abort(String reason) {
        if (aborted == null) {
            aborted = reason;
        }
    }

    /**
     * Starts the workers and measures until the time is over, every worker that counts or sends is done, or {@link #abort}.
     *
     * @param listener told each interval, on this thread
     * @return null when the whole measured time passed or a counted test is through, else why it ended early
     */
    public String run(Timing timing, Consumer<Interval> listener) {
        System.gc(); // else what opening allocated is collected in the measured time: 5 ms in which every message is late
        long start = clock.nanoTime();
        sampler = new Sampler(workers, timing, start, new Costs(), listener);
        threads.forEach(WorkerThread::go);
        while (!sampler.onTime(clock.nanoTime())) {
            if (aborted != null) {
                sampler.finish(clock.nanoTime());
                return aborted;
            }
            if (ended) {
                sampler.finish(clock.nanoTime());
                return null;
            }
            if (allDone()) {
                sampler.finish(clock.nanoTime());
                return timing.durationNanos() == Timing.UNTIL_DONE ? null : "the other end closed its streams";
            }
            LockSupport.parkNanos(Math.clamp(sampler.nextDue() - clock.nanoTime(), 1, LOOK_EVERY_NANOS));
        }
        return null;
    }

    private boolean allDone() {
        return workers.stream().allMatch(Worker::isDone);
    }

    public void stopSending() {
        workers.forEach(Worker::stopSending);
    }

    /** Messages this end has sent so far. */
    public long sent() {
        return workers.stream().mapToLong(worker -> worker.tally().sent.get()).sum();
    }

    private long received() {
        return workers.stream().mapToLong(worker -> worker.tally().received.get()).sum();
    }

    /**
     * Lets what is under way arrive: until all workers are done, {@code expected} messages were received, or nothing came for 200 ms.
     *
     * @param expected    messages sent to this end, or {@link Long#MAX_VALUE} when unknown
     * @param longestNanos upper limit
     */
    public void drain(long expected, long longestNanos) {
        long begin = clock.nanoTime();
        long lastChange = begin;
        long seen = received();
        while (!allDone() && seen < expected && clock.nanoTime() - begin < longestNanos && clock.nanoTime() - lastChange < QUIET_NANOS) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
            long now = received();
            if (now != seen) {
                seen = now;
                lastChange = clock.nanoTime();
            }
        }
    }

    /** After {@link #run}: what was measured. Stops the workers. */
    public EndReport report() {
        threads.forEach(WorkerThread::stop);
        Side cost = costAtBegin == null || costAtEnd == null ? null : costAtEnd.since(costAtBegin, name);
        return sampler.report(cost);
    }

    @Override
    public void close() {
        threads.forEach(WorkerThread::stop);
        threads.forEach(WorkerThread::close);
        if (seclusion != null) {
            seclusion.close();
        }
    }

    /** Takes the cost of this process at both edges of the measured time. */
    private final class Costs implements Sampler.Edges {
        @Override
        public void onMeasureBegin() {
            costAtBegin = ProcessCost.ofThisProcess();
        }

        @Override
        public void onMeasureEnd() {
            costAtEnd = ProcessCost.ofThisProcess();
        }
    }
}
