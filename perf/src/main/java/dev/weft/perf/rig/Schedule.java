package dev.weft.perf.rig;

/** When the messages of an open loop are due: message k at {@code start + k * interval}, whatever happened to the ones before. */
public final class Schedule {
    private static final double NANOS_PER_SECOND = 1e9;

    private final double intervalNanos;
    private final double phase;
    private volatile long startNanos = Long.MIN_VALUE;

    /**
     * @param ratePerSecond messages a second, above 0
     * @param part          which of {@code parts} schedules that share the rate, evenly shifted against each other
     */
    public Schedule(double ratePerSecond, int part, int parts) {
        intervalNanos = NANOS_PER_SECOND / ratePerSecond * parts;
        phase = intervalNanos * part / parts;
    }

    /** Message 0 becomes due now, or a phase later. */
    void start(long now) {
        startNanos = now + (long) phase;
    }

    boolean started() {
        return startNanos != Long.MIN_VALUE;
    }

    long due(long message) {
        return startNanos + (long) (message * intervalNanos);
    }

    /** Messages due until {@code now}. Any thread. */
    long dueUntil(long now) {
        long start = startNanos;
        return start == Long.MIN_VALUE || now < start ? 0 : (long) ((now - start) / intervalNanos) + 1;
    }
}
