package dev.weft.perf.report;

import dev.weft.perf.model.HistogramData;
import dev.weft.perf.model.RunResult;
import dev.weft.perf.model.Side;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A figure of a run by the name that thresholds use.
 *
 * @param name     {@code throughput}, {@code messages}, {@code cpu}, {@code cpu-client}, {@code cpu-server}, {@code lost},
 *                 {@code retransmits}, {@code min}, {@code mean}, {@code max} or a percentile: {@code p50}, {@code p99.9}. Latencies
 *                 may have {@code raw:} or {@code corrected:} before them; without, an open loop's are corrected and a closed loop's raw
 * @param quantity what it counts
 * @param isMoreBetter whether growth is good news
 * @param value    of a run, in the base unit of the quantity; null when the run has none
 */
record Metric(String name, Quantity quantity, boolean isMoreBetter, Function<RunResult, Double> value) {
    private static final Pattern PERCENTILE = Pattern.compile("p(\\d+(?:\\.\\d+)?)");
    private static final Map<String, Metric> SIMPLE = Map.of(
            "throughput", new Metric("throughput", Quantity.BITRATE, true,
                    run -> run.totals() == null ? null : run.totals().bytesPerSecond() * 8),
            "messages", new Metric("messages", Quantity.MESSAGE_RATE, true,
                    run -> run.totals() == null ? null : run.totals().messagesPerSecond()),
            "lost", new Metric("lost", Quantity.COUNT, false, run -> run.totals() == null ? null : (double) run.totals().lost()),
            "retransmits", new Metric("retransmits", Quantity.COUNT, false,
                    run -> run.totals() == null || run.totals().retransmits() == null ? null : (double) run.totals().retransmits()),
            "cpu", new Metric("cpu", Quantity.CPU_COST, false, Metric::cpu),
            "cpu-client", new Metric("cpu-client", Quantity.CPU_COST, false, run -> cost(run.client())),
            "cpu-server", new Metric("cpu-server", Quantity.CPU_COST, false, run -> cost(run.server())));
    private static final List<String> LATENCIES = List.of("min", "mean", "max");
    /** What a misspelt name is compared with. */
    private static final List<String> KNOWN = List.of("throughput", "messages", "lost", "retransmits", "cpu", "cpu-client", "cpu-server",
            "min", "mean", "max", "p50", "p90", "p99", "p99.9", "p99.99", "p99.999");

    /** @return null when there is no such figure */
    static Metric of(String name) {
        Metric simple = SIMPLE.get(name);
        if (simple != null) {
            return simple;
        }
        int colon = name.indexOf(':');
        String kind = colon < 0 ? "" : name.substring(0, colon);
        String figure = name.substring(colon + 1);
        Function<HistogramData, Double> value = latency(figure);
        if (value == null || colon >= 0 && !kind.equals("raw") && !kind.equals("corrected")) {
            return null;
        }
        return new Metric(name, Quantity.LATENCY, false, run -> {
            HistogramData data = histogram(run, kind);
            return data == null || data.count() == 0 ? null : value.apply(data);
        });
    }

    private static HistogramData histogram(RunResult run, String kind) {
        return run.latency() == null ? null : kind.equals("raw") ? run.latency().raw()
                : kind.equals("corrected") ? run.latency().corrected() : Words.felt(run);
    }

    private static Function<HistogramData, Double> latency(String figure) {
        if (LATENCIES.contains(figure)) {
            return data -> figure.equals("min") ? data.minNanos() : figure.equals("max") ? data.maxNanos() : data.meanNanos();
        }
        Matcher matcher = PERCENTILE.matcher(figure);
        if (!matcher.matches()) {
            return null;
        }
        double percentile = Double.parseDouble(matcher.group(1));
        return percentile <= 0 || percentile >= 100 ? null : data -> (double) data.histogram().getValueAtPercentile(percentile);
    }

    /** Client, server and agents together; null when nobody knows. */
    private static Double cpu(RunResult run) {
        List<Side> sides = new ArrayList<>(run.agents());
        sides.add(run.client());
        sides.add(run.server());
        List<Double> known = sides.stream().map(Metric::cost).filter(cost -> cost != null).toList();
        return known.isEmpty() ? null : known.stream().mapToDouble(Double::doubleValue).sum();
    }

    private static Double cost(Side side) {
        return side == null ? null : side.cpuSecondsPerGigabyte();
    }

    /** @return the figure whose name is most like this one */
    static String nearest(String name) {
        int colon = name.indexOf(':');
        String figure = nearestFigure(name.substring(colon + 1));
        if (colon < 0 || SIMPLE.containsKey(figure)) {
            return figure;
        }
        String kind = name.substring(0, colon);
        return (distance("raw", kind) < distance("corrected", kind) ? "raw:" : "corrected:") + figure;
    }

    private static String nearestFigure(String figure) {
        if (KNOWN.contains(figure)) {
            return figure;
        }
        String digits = figure.startsWith("p") ? figure.substring(1) : figure;
        if (digits.matches("100(\\.0*)?")) {
            return "max";
        }
        if (digits.matches("\\d{3,6}")) {
            return "p" + digits.substring(0, 2) + "." + digits.substring(2);
        }
        if (digits.matches("\\d{1,2}(\\.\\d+)?") && Double.parseDouble(digits) > 0) {
            return "p" + digits;
        }
        return KNOWN.stream().min(Comparator.comparingInt(known -> distance(known, figure))).orElseThrow();
    }

    /** Letters to change, add or take away. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int above = row[j];
                int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(change, Math.min(above, row[j - 1]) + 1);
                diagonal = above;
            }
        }
        return row[b.length()];
    }
}
