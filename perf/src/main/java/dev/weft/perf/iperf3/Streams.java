package dev.weft.perf.iperf3;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** The data streams of one test, their threads, and the clock that cuts them into intervals. Driven by one thread. */
final class Streams {
    private static final long INTERVAL = 1_000_000_000L;
    private static final Duration LAST_WRITE = Duration.ofMillis(500);

    private final List<DataStream> streams = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final List<TestInterval> intervals = new ArrayList<>();
    private final LongSupplier nanos;
    private final Consumer<TestInterval> onInterval;
    private final long omit;
    private long begin;
    private long intervalBegin;
    private long sentBefore;
    private long receivedBefore;
    private boolean omitting;
    private long end;

    Streams(TestParameters parameters, LongSupplier nanos, Consumer<TestInterval> onInterval) {
        this.nanos = nanos;
        this.onInterval = onInterval;
        this.omit = parameters.omitSeconds() * 1_000_000_000L;
    }

    void add(DataStream stream) {
        streams.add(stream);
    }

    void start() {
        begin = nanos.getAsLong();
        intervalBegin = begin;
        omitting = omit > 0;
        for (DataStream stream : streams) {
            threads.add(Thread.ofPlatform().daemon().name("iperf3-" + (stream.isSending() ? "send-" : "receive-") + stream.id())
                    .start(stream));
        }
    }

    /** Nanoseconds since data began to flow, omitted ones included. */
    long elapsed() {
        return nanos.getAsLong() - begin;
    }

    /** @return how long the driver may wait for other things before {@link #tick} has something to do */
    Duration untilTick() {
        long next = intervalBegin + INTERVAL - nanos.getAsLong();
        if (omitting) {
            next = Math.min(next, begin + omit - nanos.getAsLong());
        }
        return Duration.ofNanos(Math.max(1_000_000, next));
    }

    /** Cuts an interval when it is time, and begins to count when the omitted seconds are over. */
    void tick() {
        long now = nanos.getAsLong();
        if (omitting && now - begin >= omit) {
            cut(now);
            omitting = false;
            streams.forEach(DataStream::endOmission);
        } else if (now - intervalBegin >= INTERVAL) {
            cut(now);
        }
    }

    private void cut(long now) {
        long sent = total(true);
        long received = total(false);
        TestInterval interval = new TestInterval((intervalBegin - begin) / 1e9, (now - begin) / 1e9, sent - sentBefore,
                received - receivedBefore, omitting);
        if (intervals.size() < 2 * TestParameters.MAX_SECONDS) {
            intervals.add(interval);
        }
        onInterval.accept(interval);
        intervalBegin = now;
        sentBefore = sent;
        receivedBefore = received;
    }

    private long total(boolean sending) {
        return streams.stream().filter(stream -> stream.isSending() == sending).mapToLong(DataStream::allBytes).sum();
    }

    /** Bytes sent and received since the omitted seconds; with datagrams of no byte counted once each, so it shows progress. */
    long counted() {
        return streams.stream().mapToLong(stream -> stream.result(0).bytes()).sum();
    }

    boolean areAllDone() {
        return threads.stream().noneMatch(Thread::isAlive);
    }

    /**
     * Ends sending, closes the last interval; {@link #results} are final for this end. What is being written counts as sent when the write
     * comes back, for which this waits a while; a write nobody takes does not count.
     */
    void finish() {
        if (end != 0) {
            return;
        }
        streams.stream().filter(DataStream::isSending).forEach(DataStream::finish);
        end = nanos.getAsLong();
        awaitSenders(LAST_WRITE);
        if (end - intervalBegin > INTERVAL / 10) {
            cut(end);
        }
    }

    /** Seconds measured, without the omitted ones. */
    double seconds() {
        return Math.max(1e-9, (end - begin - (omitting ? 0 : omit)) / 1e9);
    }

    private void awaitSenders(Duration longest) {
        long deadline = nanos.getAsLong() + longest.toNanos();
        try {
            for (int i = 0; i < threads.size(); i++) {
                long left = deadline - nanos.getAsLong();
                if (streams.get(i).isSending() && left > 0) {
                    threads.get(i).join(Duration.ofNanos(left));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    List<Results.OfStream> results() {
        double seconds = seconds();
        return streams.stream().map(stream -> stream.result(seconds)).toList();
    }

    List<TestInterval> intervals() {
        return List.copyOf(intervals);
    }

    boolean isSending(int id) {
        return streams.stream().anyMatch(stream -> stream.id() == id && stream.isSending());
    }

    /** Why a stream ended by itself, or null. */
    IOException failure() {
        return streams.stream().map(DataStream::failure).filter(failure -> failure != null).findFirst().orElse(null);
    }

    /** Closes all connections and waits for the threads. */
    void close() {
        streams.forEach(DataStream::stop);
        try {
            for (Thread thread : threads) {
                thread.join(Duration.ofSeconds(5));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
