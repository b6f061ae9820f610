package dev.weft.perf.report;

import dev.weft.perf.model.HistogramData;
import dev.weft.perf.model.LayerStep;
import dev.weft.perf.model.RunDocument;
import dev.weft.perf.model.RunResult;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** The layers of one stack side by side: latency and throughput as bars, and what each layer adds to the one below. */
final class LayerBars {
    private static final int ROW = 34;
    private static final int LEFT = 150;
    private static final int BAR = 560;
    private static final int WIDTH = 960;

    private LayerBars() {
    }

    static String of(RunDocument document) {
        StringBuilder out = new StringBuilder("<section class=\"card\" id=\"layers\">\n<h2>").append(Html.escape(Words.title(document)))
                .append("</h2>\n<p class=\"hint\">Every layer by itself between the same hosts. In brackets: against the row above.</p>\n");
        List<RunResult> measured = document.runs().stream().filter(run -> Words.felt(run) != null).toList();
        bars(out, "p50", 0, measured, run -> felt(run).p50Nanos(), Quantity.LATENCY);
        bars(out, "p99", 1, measured, run -> felt(run).p99Nanos(), Quantity.LATENCY);
        List<RunResult> moved = document.runs().stream().filter(Words::isThroughput).filter(run -> run.totals() != null).toList();
        bars(out, "throughput", 2, moved, run -> run.totals().bytesPerSecond() * 8, Quantity.BITRATE);
        for (LayerStep step : LayerStep.of(document.runs())) {
            if (step.reason() != null) {
                String missing = step.carriedBy() == null ? "not measured, " : "";
                out.append("<p class=\"reason\">").append(Html.escape(step.name() + ": " + missing + step.reason())).append("</p>\n");
            }
        }
        return out.append("</section>\n").toString();
    }

    private static HistogramData felt(RunResult run) {
        return Words.felt(run);
    }

    private static void bars(StringBuilder out, String what, int colour, List<RunResult> runs, ToDoubleFunction<RunResult> value,
            Quantity quantity) {
        if (runs.isEmpty()) {
            return;
        }
        double most = Math.max(1e-9, runs.stream().mapToDouble(value).max().orElse(1));
        out.append(String.format(Locale.ROOT, "<h3>%s</h3>%n<svg class=\"bars\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">%n",
                what, WIDTH, ROW * runs.size() + 4, what));
        double before = Double.NaN;
        for (int i = 0; i < runs.size(); i++) {
            double now = value.applyAsDouble(runs.get(i));
            int y = ROW * i;
            double length = Math.max(2, BAR * now / most);
            out.append(String.format(Locale.ROOT, "<text class=\"layer\" text-anchor=\"end\" x=\"%d\" y=\"%d\">%s</text>", LEFT - 12,
                    y + 21, Html.escape(runs.get(i).role())));
            out.append(String.format(Locale.ROOT,
                    "<rect class=\"fill c%d\" x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"22\" rx=\"3\"></rect>",
                    colour, LEFT, y + 5, length));
            out.append(String.format(Locale.ROOT, "<text class=\"value\" x=\"%.1f\" y=\"%d\">%s%s</text>%n", LEFT + length + 10, y + 21,
                    Html.escape(quantity.text(now)), Html.escape(added(before, now, quantity))));
            before = now;
        }
        out.append("</svg>\n");
    }

    private static String added(double before, double now, Quantity quantity) {
        return Double.isNaN(before) ? "" : "  (" + (now >= before ? "+" : "−") + quantity.text(Math.abs(now - before)) + ")";
    }
}
