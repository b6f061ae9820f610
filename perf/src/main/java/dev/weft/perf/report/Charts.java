package dev.weft.perf.report;

import dev.weft.perf.model.HistogramData;
import dev.weft.perf.model.Interval;
import dev.weft.perf.model.Latency;
import dev.weft.perf.model.RunDocument;
import dev.weft.perf.model.RunResult;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.HdrHistogram.Histogram;

/** Turns runs into charts. Runs that cannot say what a chart shows are left out of it; a chart nobody can fill is not made. */
final class Charts {
    /** More lines than this in one chart cannot be told apart. */
    private static final int MAX_RUNS = 8;
    private static final int STEPS_PER_HALF = 5;

    private Charts() {
    }

    /** A run under the name that the legend shows. */
    record Named(String name, RunResult run) {
    }

    /** Every chart of all documents, in the order of the page. */
    static List<Chart> of(List<RunDocument> documents) {
        List<Chart> charts = new ArrayList<>();
        List<Named> single = new ArrayList<>();
        for (RunDocument document : documents) {
            if (document.kind() == RunDocument.Kind.RUN) {
                document.runs().forEach(run -> single.add(new Named(Words.title(document), run)));
            }
        }
        addAll(charts, single, "");
        int number = 1;
        for (RunDocument document : documents) {
            List<Named> runs = document.runs().stream().map(run -> new Named(run.role(), run)).toList();
            switch (document.kind()) {
                case SWEEP -> {
                    charts.addAll(SweepCharts.of(document, number));
                    addAll(charts, runs, "-sweep-" + number);
                }
                case LAYERS -> layers(charts, runs, "-layers-" + number);
                default -> { }
            }
            number++;
        }
        return List.copyOf(charts);
    }

    private static void addAll(List<Chart> charts, List<Named> all, String suffix) {
        List<Named> runs = all.subList(0, Math.min(MAX_RUNS, all.size()));
        percentiles(charts, runs, suffix);
        overTime(charts, runs, suffix);
        latencyOverTime(charts, runs, suffix);
    }

    /** Each layer has a run for its round trips and one for its throughput. */
    private static void layers(List<Chart> charts, List<Named> runs, String suffix) {
        List<Named> timed = runs.stream().filter(named -> named.run().latency() != null).toList();
        percentiles(charts, timed, suffix);
        latencyOverTime(charts, timed, suffix);
        overTime(charts, runs.stream().filter(named -> Words.isThroughput(named.run())).toList(), suffix);
    }

    private static void percentiles(List<Chart> charts, List<Named> all, String suffix) {
        List<Named> runs = all.stream().filter(named -> named.run().latency() != null).toList();
        List<Chart.Series> series = new ArrayList<>();
        long most = 0;
        double lowest = Double.MAX_VALUE;
        double highest = 1;
        for (Named named : runs) {
            Latency latency = named.run().latency();
            for (HistogramData data : new HistogramData[] {latency.raw(), latency.corrected()}) {
                if (data == null || data.count() == 0) {
                    continue;
                }
                most = Math.max(most, data.count());
                lowest = Math.min(lowest, Math.max(1, data.minNanos()));
                highest = Math.max(highest, data.maxNanos());
                boolean corrected = data == latency.corrected();
                series.add(new Chart.Series(named.name() + (corrected ? " · corrected" : " · raw"), runs.indexOf(named), !corrected, false,
                        curve(data.histogram())));
            }
        }
        if (!series.isEmpty()) {
            Axis y = highest / lowest > 30 ? LogAxis.around("latency", Quantity.LATENCY, 10, lowest, highest)
                    : LinearAxis.upTo("latency", Quantity.LATENCY, highest);
            charts.add(new Chart("percentiles" + suffix, "Latency by percentile",
                    "Solid: corrected, what a user who sends by the clock feels. Dashed: raw, as sent. Every step right is one more nine.",
                    PercentileAxis.of(most), y, series, List.of()));
        }
    }

    /** Dense enough for the eye: so many points between one half of the rest and the next. */
    private static List<Chart.Point> curve(Histogram histogram) {
        List<Chart.Point> points = new ArrayList<>();
        int steps = STEPS_PER_HALF;
        points.add(new Chart.Point(0, Math.max(1, histogram.getMinValue())));
        for (double rest = 0.5; rest > 0.5 / histogram.getTotalCount(); rest /= 2) {
            for (int i = 0; i < steps; i++) {
                double percentile = 100 * (1 - 2 * rest + rest * i / steps);
                if (percentile > 0) {
                    points.add(new Chart.Point(percentile, Math.max(1, histogram.getValueAtPercentile(percentile))));
                }
            }
        }
        points.add(new Chart.Point(100, Math.max(1, histogram.getMaxValue())));
        return List.copyOf(points);
    }

    private static void overTime(List<Chart> charts, List<Named> runs, String suffix) {
        boolean bytes = runs.stream().anyMatch(named -> Words.isThroughput(named.run()));
        List<Chart.Series> series = timeSeries(runs, "", false, bytes ? interval -> interval.bytesPerSecond() * 8
                : Interval::messagesPerSecond);
        if (!series.isEmpty()) {
            charts.add(new Chart("throughput" + suffix, bytes ? "Throughput over time" : "Messages over time",
                    "Each point is one interval; repeats follow one another.", LinearAxis.upTo("time", Quantity.TIME, end(series)),
                    LinearAxis.upTo(bytes ? "throughput" : "messages", bytes ? Quantity.BITRATE : Quantity.MESSAGE_RATE, top(series)),
                    series, warmUp(runs)));
        }
    }

    private static void latencyOverTime(List<Chart> charts, List<Named> runs, String suffix) {
        List<Chart.Series> series = new ArrayList<>(timeSeries(runs, " · p99", false,
                interval -> interval.p99Nanos() == null ? Double.NaN : interval.p99Nanos()));
        series.addAll(timeSeries(runs, " · p50", true, interval -> interval.p50Nanos() == null ? Double.NaN : interval.p50Nanos()));
        if (!series.isEmpty()) {
            charts.add(new Chart("latency-over-time" + suffix, "Latency over time",
                    "Solid: p99 of each interval. Dashed: p50.", LinearAxis.upTo("time", Quantity.TIME, end(series)),
                    LinearAxis.upTo("latency", Quantity.LATENCY, top(series)), series, warmUp(runs)));
        }
    }

    private static List<Chart.Series> timeSeries(List<Named> runs, String suffix, boolean dashed, ToDoubleFunction<Interval> value) {
        List<Chart.Series> all = new ArrayList<>();
        for (Named named : runs) {
            List<Chart.Point> points = new ArrayList<>();
            double offset = 0;
            int repeat = 0;
            double end = 0;
            for (Interval interval : named.run().intervals()) {
                if (interval.repeat() != repeat) {
                    offset = end;
                    repeat = interval.repeat();
                }
                end = offset + interval.t() + interval.seconds();
                double y = value.applyAsDouble(interval);
                if (!Double.isNaN(y)) {
                    points.add(new Chart.Point(offset + interval.t() + interval.seconds() / 2, y));
                }
            }
            if (points.size() > 1) {
                all.add(new Chart.Series(named.name() + suffix, runs.indexOf(named), dashed, false, List.copyOf(points)));
            }
        }
        return List.copyOf(all);
    }

    /** The warm-up is set apart only where it is the same for all. */
    private static List<Chart.Band> warmUp(List<Named> runs) {
        List<Double> ends = runs.stream().map(named -> named.run().intervals().stream().filter(Interval::warmUp)
                .filter(interval -> interval.repeat() == 0).mapToDouble(interval -> interval.t() + interval.seconds()).max().orElse(0))
                .distinct().toList();
        return ends.size() == 1 && ends.getFirst() > 0 ? List.of(new Chart.Band(0, ends.getFirst(), "warm-up")) : List.of();
    }

    private static double end(List<Chart.Series> series) {
        return series.stream().flatMap(each -> each.points().stream()).mapToDouble(Chart.Point::x).max().orElse(1);
    }

    private static double top(List<Chart.Series> series) {
        return series.stream().flatMap(each -> each.points().stream()).mapToDouble(Chart.Point::y).max().orElse(1);
    }
}
