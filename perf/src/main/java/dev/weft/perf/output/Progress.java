package dev.weft.perf.output;

import dev.weft.perf.model.Interval;
import java.io.PrintWriter;
import java.util.Locale;

/**
 * Shows a run while it goes: a bar that is rewritten in place on a terminal, one line an interval otherwise. Any thread.
 *
 * <pre>
 * [##########..........]  50 %   5.0 s  9.41 Gbit/s  71.8 kmsg/s  p50 12.1 us  p99 20.3 us
 * </pre>
 */
public final class Progress {
    private static final int BAR = 20;
    private static final String CLEAR_LINE = "\r\033[K";

    private final PrintWriter out;
    private final boolean terminal;
    private final double wholeSeconds;

    /**
     * @param terminal     whether lines can be rewritten
     * @param wholeSeconds length of a repeat with its warm-up, 0 when unknown
     */
    public Progress(PrintWriter out, boolean terminal, double wholeSeconds) {
        this.out = out;
        this.terminal = terminal;
        this.wholeSeconds = wholeSeconds;
    }

    public synchronized void show(Interval interval) {
        if (interval.seconds() <= 0) {
            return;
        }
        double end = interval.t() + interval.seconds();
        StringBuilder line = new StringBuilder();
        if (terminal && wholeSeconds > 0) {
            int filled = Math.clamp(Math.round(end / wholeSeconds * BAR), 0, BAR);
            line.append(CLEAR_LINE).append('[').append("#".repeat(filled)).append(".".repeat(BAR - filled)).append(']')
                    .append(String.format(Locale.ROOT, " %3.0f %%", Math.min(100, end / wholeSeconds * 100)));
        }
        line.append(String.format(Locale.ROOT, " %7.1f s  %14s  %14s", end, Units.bitRate(interval.bytesPerSecond()),
                Units.messageRate(interval.messagesPerSecond())));
        if (interval.p50Nanos() != null) {
            line.append("  p50 ").append(Units.time(interval.p50Nanos())).append("  p99 ").append(Units.time(interval.p99Nanos()));
        }
        line.append(interval.warmUp() ? "  (warm-up)" : "");
        if (terminal && wholeSeconds > 0) {
            out.print(line);
        } else {
            out.println(line);
        }
        out.flush();
    }

    /** Takes the bar away. */
    public synchronized void end() {
        if (terminal && wholeSeconds > 0) {
            out.print(CLEAR_LINE);
            out.flush();
        }
    }
}
