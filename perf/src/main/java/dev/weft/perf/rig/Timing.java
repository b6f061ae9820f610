package dev.weft.perf.rig;

/**
 * How long a test runs.
 *
 * @param warmUpNanos   cut off first
 * @param durationNanos measured time, or {@link #UNTIL_DONE} when a number of messages decides
 * @param intervalNanos length of an interval of the series
 * @param repeat        number of this repeat, for the intervals
 */
public record Timing(long warmUpNanos, long durationNanos, long intervalNanos, int repeat) {
    public static final long UNTIL_DONE = Long.MAX_VALUE;
}
