package dev.weft.perf.rig;

import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.SingleWriterRecorder;

/** Raw and corrected latency of one worker. Its thread records, the sampling thread takes intervals; neither waits for the other. */
public final class LatencyRecorder {
    /** Later than this counts as this. */
    static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(100);
    static final int DIGITS = 3;

    private final SingleWriterRecorder raw = new SingleWriterRecorder(1, LONGEST_NANOS, DIGITS);
    private final SingleWriterRecorder corrected;
    private Histogram rawInterval;
    private Histogram correctedInterval;

    /**
     * @param intended whether the worker knows when a message should have been sent; otherwise only {@link #raw} is recorded
     */
    public LatencyRecorder(boolean intended) {
        corrected = intended ? new SingleWriterRecorder(1, LONGEST_NANOS, DIGITS) : null;
    }

    /** Worker only. */
    void record(long rawNanos) {
        raw.recordValue(clamp(rawNanos));
    }

    /** Worker only. */
    void record(long rawNanos, long correctedNanos) {
        raw.recordValue(clamp(rawNanos));
        corrected.recordValue(clamp(correctedNanos));
    }

    boolean knowsIntended() {
        return corrected != null;
    }

    private static long clamp(long nanos) {
        return Math.min(Math.max(nanos, 1), LONGEST_NANOS);
    }

    /** Sampling thread only: what was recorded since the last call, valid until the next. */
    Histogram takeRaw() {
        rawInterval = raw.getIntervalHistogram(rawInterval);
        return rawInterval;
    }

    /** The same; null when the worker does not know intended times. */
    Histogram takeCorrected() {
        if (corrected == null) {
            return null;
        }
        correctedInterval = corrected.getIntervalHistogram(correctedInterval);
        return correctedInterval;
    }
}
