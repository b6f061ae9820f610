package dev.weft.perf.output;

import dev.weft.perf.model.Repeat;
import dev.weft.perf.model.RunFiles;
import dev.weft.perf.model.RunResult;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.HdrHistogram.EncodableHistogram;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogWriter;

/** Histograms as {@code .hlog} files, which the tools of HdrHistogram read: a line a repeat, tagged {@code raw} and {@code corrected}. */
public final class HistogramLogs {
    private static final double MILLIS_PER_SECOND = 1000;
    /** Values are nanoseconds; the tools show them divided by this, as microseconds. */
    private static final double MICROS = 1000.0;

    private HistogramLogs() {
    }

    /** @throws IOException when it cannot be written; nothing is left behind */
    public static void write(Path file, List<RunResult> runs) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        HistogramLogWriter writer = new HistogramLogWriter(new PrintStream(bytes, false, StandardCharsets.UTF_8));
        writer.outputComment("[Latency of weft perf, nanoseconds]");
        writer.outputLogFormatVersion();
        double start = runs.isEmpty() ? 0 : Instant.parse(runs.getFirst().startedAt()).toEpochMilli() / MILLIS_PER_SECOND;
        writer.setBaseTime((long) (start * MILLIS_PER_SECOND));
        writer.outputBaseTime((long) (start * MILLIS_PER_SECOND));
        writer.outputStartTime((long) (start * MILLIS_PER_SECOND));
        writer.outputLegend();
        double at = 0;
        for (RunResult run : runs) {
            for (Repeat repeat : run.repeats()) {
                double end = at + repeat.totals().seconds();
                if (repeat.latency() != null) {
                    String prefix = run.role().isEmpty() ? "" : run.role().replaceAll("[^A-Za-z0-9.>_-]", "_") + "-";
                    line(writer, prefix + "raw", at, end, repeat.latency().raw().histogram());
                    line(writer, prefix + "corrected", at, end, repeat.latency().corrected().histogram());
                }
                at = end;
            }
        }
        RunFiles.replace(file, bytes.toByteArray());
    }

    private static void line(HistogramLogWriter writer, String tag, double from, double to, Histogram histogram) {
        EncodableHistogram tagged = histogram;
        tagged.setTag(tag);
        writer.outputIntervalHistogram(from, to, tagged, MICROS);
    }
}
