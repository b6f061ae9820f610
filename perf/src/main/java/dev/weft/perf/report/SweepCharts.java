package dev.weft.perf.report;

import dev.weft.perf.model.HistogramData;
import dev.weft.perf.model.RunDocument;
import dev.weft.perf.model.RunResult;
import dev.weft.perf.model.Verdict;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** What a sweep is for: latency against load, or latency and throughput against the size of a message. */
final class SweepCharts {
    private SweepCharts() {
    }

    /** @param number of the document, for the page's anchors */
    static List<Chart> of(RunDocument document, int number) {
        List<RunResult> runs = document.runs().stream().filter(run -> run.totals() != null).toList();
        if (runs.size() < 2) {
            return List.of();
        }
        boolean isBySize = runs.stream().map(run -> run.parameters().messageBytes()).distinct().count() > 1;
        List<Chart> charts = new ArrayList<>();
        ToDoubleFunction<RunResult> x = isBySize ? run -> run.parameters().messageBytes() : run -> run.totals().messagesPerSecond();
        List<RunResult> sorted = runs.stream().sorted(Comparator.comparingDouble(x)).toList();
        Axis axis = isBySize ? LogAxis.around("message size", Quantity.SIZE, 2, x.applyAsDouble(sorted.getFirst()),
                x.applyAsDouble(sorted.getLast()))
                : LinearAxis.upTo("load", Quantity.MESSAGE_RATE, x.applyAsDouble(sorted.getLast()));
        latency(charts, sorted, x, axis, (isBySize ? "size-" : "load-") + number, isBySize);
        if (isBySize) {
            throughput(charts, sorted, x, axis, number);
        }
        return charts;
    }

    private static void latency(List<Chart> charts, List<RunResult> runs, ToDoubleFunction<RunResult> x, Axis axis, String id,
            boolean isBySize) {
        List<RunResult> measured = runs.stream().filter(run -> felt(run) != null).toList();
        if (measured.size() < 2) {
            return;
        }
        List<Chart.Series> series = List.of(
                line("p50", 0, measured, x, run -> felt(run).p50Nanos()),
                line("p99", 1, measured, x, run -> felt(run).p99Nanos()),
                line("p99.9", 3, measured, x, run -> felt(run).p999Nanos()));
        double lowest = series.getFirst().points().stream().mapToDouble(Chart.Point::y).min().orElse(1);
        double highest = series.getLast().points().stream().mapToDouble(Chart.Point::y).max().orElse(1);
        charts.add(new Chart("latency-by-" + id, isBySize ? "Latency by message size" : "Latency against load",
                isBySize ? "One run a size." : "One run a rate, latency from the intended send time. A ring: the run missed its rate.",
                axis, LogAxis.around("latency", Quantity.LATENCY, 10, lowest, highest), series, List.of()));
    }

    private static void throughput(List<Chart> charts, List<RunResult> runs, ToDoubleFunction<RunResult> x, Axis axis, int number) {
        Chart.Series series = line("throughput", 0, runs, x, run -> run.totals().bytesPerSecond() * 8);
        charts.add(new Chart("throughput-by-size-" + number, "Throughput by message size", "One run a size.", axis,
                LinearAxis.upTo("throughput", Quantity.BITRATE, series.points().stream().mapToDouble(Chart.Point::y).max().orElse(1)),
                List.of(series), List.of()));
    }

    private static Chart.Series line(String name, int colour, List<RunResult> runs, ToDoubleFunction<RunResult> x,
            ToDoubleFunction<RunResult> y) {
        return new Chart.Series(name, colour, false, true, runs.stream()
                .map(run -> new Chart.Point(x.applyAsDouble(run), Math.max(1, y.applyAsDouble(run)), isHollow(run.verdict()))).toList());
    }

    private static boolean isHollow(Verdict verdict) {
        return verdict.missedRate() || verdict.state() != Verdict.State.COMPLETE;
    }

    private static HistogramData felt(RunResult run) {
        return Words.felt(run);
    }
}
