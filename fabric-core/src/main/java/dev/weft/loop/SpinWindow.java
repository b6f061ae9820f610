package dev.weft.loop;

/**
 * Decides how long a loop that ran out of work keeps looking before it sleeps. Waking a sleeping thread costs several microseconds and an
 * interrupt to its CPU, so looking pays when the next work comes soon; when it does not, looking only burns what containers could use.
 * The window is therefore open only while work has lately been coming that fast: the mean gap between the end of one piece of work and the
 * beginning of the next is compared with the window.
 *
 * <pre>
 *    gap    = time from the last work to the next, at most 4 windows
 *    mean  += (gap - mean) / 8
 *    look   while  mean &lt; window  and  the last work is less than a window ago
 * </pre>
 *
 * One thread; times are nanoseconds of one monotonic clock.
 */
final class SpinWindow {
    private static final int LONGEST_GAP_IN_WINDOWS = 4;
    private static final int WEIGHT = 8;

    private final long windowNanos;
    private long lastWork;
    private long meanGap;

    /**
     * @param windowNanos longest look; 0 sleeps at once
     */
    SpinWindow(long windowNanos, long now) {
        this.windowNanos = windowNanos;
        lastWork = now;
        meanGap = windowNanos * LONGEST_GAP_IN_WINDOWS;
    }

    /** There was work at {@code now}. */
    void worked(long now) {
        long gap = Math.min(now - lastWork, windowNanos * LONGEST_GAP_IN_WINDOWS);
        meanGap += (gap - meanGap) / WEIGHT;
        lastWork = now;
    }

    /** Whether to look again instead of sleeping. */
    boolean isOpen(long now) {
        return meanGap < windowNanos && now - lastWork < windowNanos;
    }
}
