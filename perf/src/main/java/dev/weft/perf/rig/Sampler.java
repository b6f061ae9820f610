package dev.weft.perf.rig;

import dev.weft.perf.model.HistogramData;
import dev.weft.perf.model.Interval;
import dev.weft.perf.model.Side;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import org.HdrHistogram.Histogram;

/**
 * Cuts time into warm-up and intervals, and adds the measured ones up. Told the time by its caller; one thread.
 *
 * <pre>
 *  start          start + warm-up                          + duration
 *    |---warm-up-----|--interval--|--interval--|- - - - - -----|
 *                    |<------------- measured ----------------->|
 * </pre>
 *
 * A late call makes an interval longer, never wrong: rates are taken over the time that really passed.
 */
final class Sampler {
    /** What to do at the edges of the measured time. */
    interface Edges {
        void onMeasureBegin();

        void onMeasureEnd();
    }

    private static final double NANOS_PER_SECOND = 1e9;

    private final List<Worker> workers;
    private final Timing timing;
    private final Edges edges;
    private final Consumer<Interval> listener;
    private final long start;
    private final long warmUpEnd;
    private final List<Interval> intervals = new ArrayList<>();
    private final Histogram raw = histogram();
    private final Histogram corrected = histogram();
    private final Histogram intervalRaw = histogram();
    private long last;
    private long lastBytes;
    private long lastMessages;
    private long measuredNanos;
    private long bytes;
    private long messages;
    private long sentAtBegin;
    private long scheduledAtBegin;
    private long sentInTime;
    private long scheduled = -1;
    private boolean measuring;
    private boolean over;

    Sampler(List<Worker> workers, Timing timing, long start, Edges edges, Consumer<Interval> listener) {
        this.workers = List.copyOf(workers);
        this.timing = timing;
        this.start = start;
        this.edges = edges;
        this.listener = listener;
        last = start;
        warmUpEnd = start + timing.warmUpNanos();
        if (timing.warmUpNanos() == 0) {
            beginMeasuring(start);
        }
    }

    private static Histogram histogram() {
        return new Histogram(1, LatencyRecorder.LONGEST_NANOS, LatencyRecorder.DIGITS);
    }

    /** When {@link #onTime} has something to do next. */
    long nextDue() {
        long edge = measuring ? timing.durationNanos() == Timing.UNTIL_DONE ? Long.MAX_VALUE : warmUpEnd + timing.durationNanos()
                : warmUpEnd;
        return Math.min(last + timing.intervalNanos(), edge);
    }

    /** @return whether the measured time is over */
    boolean onTime(long now) {
        if (!over && now - nextDue() >= 0) {
            boolean lastOne = measuring && timing.durationNanos() != Timing.UNTIL_DONE && now - warmUpEnd >= timing.durationNanos();
            take(now);
            if (!measuring && now - warmUpEnd >= 0) {
                beginMeasuring(now);
            }
            if (lastOne) {
                endMeasuring(now);
            }
        }
        return over;
    }

    /** Ends the measured time now; what the current interval has counts. */
    void finish(long now) {
        if (!over) {
            if (now - last > 0) {
                take(now);
            }
            endMeasuring(now);
        }
    }

    private void beginMeasuring(long now) {
        measuring = true;
        sentAtBegin = sum(worker -> worker.tally().sent.get());
        scheduledAtBegin = scheduledUntil(now);
        edges.onMeasureBegin();
    }

    private void endMeasuring(long now) {
        over = true;
        if (measuring) {
            edges.onMeasureEnd();
            sentInTime = sum(worker -> worker.tally().sent.get()) - sentAtBegin;
            long until = scheduledUntil(now);
            scheduled = until < 0 ? -1 : until - Math.max(scheduledAtBegin, 0);
        }
    }

    private long scheduledUntil(long now) {
        long sum = -1;
        for (Worker worker : workers) {
            long each = worker.scheduled(now);
            sum = each < 0 ? sum : Math.max(sum, 0) + each;
        }
        return sum;
    }

    private void take(long now) {
        long allBytes = sum(worker -> worker.counts() ? worker.tally().receivedBytes.get() : 0);
        long allMessages = sum(worker -> worker.counts() ? worker.tally().received.get() : 0);
        double seconds = (now - last) / NANOS_PER_SECOND;
        intervalRaw.reset();
        takeLatencies(measuring);
        boolean timed = intervalRaw.getTotalCount() > 0;
        Interval interval = new Interval(timing.repeat(), (last - start) / NANOS_PER_SECOND, seconds, (allBytes - lastBytes) / seconds,
                (allMessages - lastMessages) / seconds, timed ? intervalRaw.getValueAtPercentile(50) : null,
                timed ? intervalRaw.getValueAtPercentile(99) : null, !measuring);
        intervals.add(interval);
        if (measuring) {
            measuredNanos += now - last;
            bytes += allBytes - lastBytes;
            messages += allMessages - lastMessages;
        }
        last = now;
        lastBytes = allBytes;
        lastMessages = allMessages;
        listener.accept(interval);
    }

    private void takeLatencies(boolean keep) {
        for (Worker worker : workers) {
            LatencyRecorder latency = worker.latency();
            if (latency == null) {
                continue;
            }
            Histogram fresh = latency.takeRaw();
            intervalRaw.add(fresh);
            if (keep) {
                raw.add(fresh);
            }
            Histogram freshCorrected = latency.takeCorrected();
            if (keep && freshCorrected != null) {
                corrected.add(freshCorrected);
            }
        }
    }

    private long sum(ToLongFunction<Worker> figure) {
        return workers.stream().mapToLong(figure).sum();
    }

    /**
     * The sum of it all, with what arrived late: latencies recorded after the measured time belong to messages sent in it.
     */
    EndReport report(Side cost) {
        intervalRaw.reset();
        takeLatencies(measuring);
        long retransmits = -1;
        for (Worker worker : workers) {
            long each = worker.retransmits();
            retransmits = each < 0 ? retransmits : Math.max(retransmits, 0) + each;
        }
        boolean intended = workers.stream().anyMatch(worker -> worker.latency() != null && worker.latency().knowsIntended());
        return new EndReport(measuredNanos / NANOS_PER_SECOND, bytes, messages, sentInTime, scheduled,
                sum(worker -> worker.tally().sent.get()), sum(worker -> worker.tally().received.get()),
                sum(worker -> worker.tally().lost.get()), sum(worker -> worker.tally().duplicated.get()),
                sum(worker -> worker.tally().reordered.get()), sum(worker -> worker.tally().stalls.get()),
                retransmits < 0 ? null : retransmits, raw.getTotalCount() == 0 ? null : HistogramData.of(raw),
                intended && corrected.getTotalCount() > 0 ? HistogramData.of(corrected) : null, intervals, cost,
                workers.isEmpty() ? "" : workers.getFirst().describe());
    }
}
