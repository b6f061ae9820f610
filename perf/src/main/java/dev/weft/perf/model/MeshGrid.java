package dev.weft.perf.model;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The pairs of a mesh as cells, each judged against the median of all: what every picture of a mesh is drawn from.
 *
 * @param hosts in the order of first appearance
 * @param cells by {@code FROM>TO}
 */
public record MeshGrid(List<String> hosts, Map<String, Cell> cells) {
    /** A pair so many times worse than the median is as hot as it gets. */
    private static final double HOTTEST_RATIO = 16;
    private static final List<String> FIGURES = List.of("p50", "p99", "throughput");

    /**
     * One direction between two hosts.
     *
     * @param p50Nanos       round trip; null when not measured
     * @param p99Nanos       the same
     * @param bytesPerSecond throughput; null when not measured
     * @param worst          the figure that is furthest from its median; null when nothing was measured
     * @param reason         why something is missing or not whole; empty when there is nothing to say
     */
    public record Cell(String from, String to, Double p50Nanos, Double p99Nanos, Double bytesPerSecond, MeshSummary.Worst worst,
            String reason) {

        /** 0 at the median and better, 1 at sixteen times the median and worse. */
        public double heat() {
            return worst == null ? 0 : Math.clamp(Math.log(worst.ratio()) / Math.log(HOTTEST_RATIO), 0, 1);
        }

        Double figure(String name) {
            return name.equals("p50") ? p50Nanos : name.equals("p99") ? p99Nanos : bytesPerSecond;
        }
    }

    /** @param runs whose roles are {@code FROM>TO}; the runs of a pair complete one another */
    public static MeshGrid of(List<RunResult> runs) {
        Set<String> hosts = new LinkedHashSet<>();
        Map<String, List<RunResult>> byPair = new LinkedHashMap<>();
        for (RunResult run : runs) {
            String[] pair = pair(run.role());
            hosts.add(pair[0]);
            hosts.add(pair[1]);
            byPair.computeIfAbsent(pair[0] + ">" + pair[1], key -> new ArrayList<>()).add(run);
        }
        List<Cell> plain = byPair.entrySet().stream().map(entry -> cell(pair(entry.getKey()), entry.getValue())).toList();
        Map<String, Double> medians = new LinkedHashMap<>();
        for (String figure : FIGURES) {
            double[] values = plain.stream().map(cell -> cell.figure(figure)).filter(value -> value != null)
                    .mapToDouble(Double::doubleValue).sorted().toArray();
            if (values.length > 0) {
                medians.put(figure, (values[(values.length - 1) / 2] + values[values.length / 2]) / 2);
            }
        }
        return new MeshGrid(List.copyOf(hosts), plain.stream().map(cell -> judged(cell, medians))
                .collect(Collectors.toMap(cell -> cell.from() + ">" + cell.to(), Function.identity(), (a, b) -> a, LinkedHashMap::new)));
    }

    private static String[] pair(String role) {
        int arrow = role == null ? -1 : role.indexOf('>');
        return arrow < 0 ? new String[] {String.valueOf(role), "?"} : new String[] {role.substring(0, arrow), role.substring(arrow + 1)};
    }

    private static Cell cell(String[] pair, List<RunResult> runs) {
        Double p50 = null;
        Double p99 = null;
        Double bytes = null;
        for (RunResult run : runs) {
            HistogramData felt = run.felt();
            if (felt != null) {
                p50 = (double) Math.max(1, felt.p50Nanos());
                p99 = (double) Math.max(1, felt.p99Nanos());
            } else if (run.parameters() != null && run.parameters().test() == TestKind.THROUGHPUT && run.totals() != null
                    && run.totals().bytesPerSecond() > 0) {
                bytes = run.totals().bytesPerSecond();
            }
        }
        String reason = runs.stream().filter(run -> run.verdict().state() != Verdict.State.COMPLETE)
                .flatMap(run -> run.verdict().reasons().stream()).distinct().collect(Collectors.joining("; "));
        return new Cell(pair[0], pair[1], p50, p99, bytes, null, reason);
    }

    private static Cell judged(Cell cell, Map<String, Double> medians) {
        MeshSummary.Worst worst = null;
        for (Map.Entry<String, Double> median : medians.entrySet()) {
            Double value = cell.figure(median.getKey());
            if (value != null) {
                double ratio = median.getKey().equals("throughput") ? median.getValue() / value : value / median.getValue();
                if (worst == null || ratio > worst.ratio()) {
                    worst = new MeshSummary.Worst(cell.from, cell.to, median.getKey(), value, median.getValue(), ratio);
                }
            }
        }
        return new Cell(cell.from, cell.to, cell.p50Nanos, cell.p99Nanos, cell.bytesPerSecond, worst, cell.reason);
    }

    /** @return null when there is no such pair */
    public Cell cell(String from, String to) {
        return cells.get(from + ">" + to);
    }

    public MeshSummary summary() {
        List<Cell> measured = cells.values().stream().filter(cell -> cell.worst() != null).toList();
        List<String> missing = cells.values().stream().filter(cell -> cell.worst() == null)
                .map(cell -> cell.from() + ">" + cell.to() + ": " + cell.reason()).toList();
        return new MeshSummary(hosts, measured.size(), missing, measured.stream().map(Cell::worst)
                .max(Comparator.comparingDouble(MeshSummary.Worst::ratio)).orElse(null));
    }
}
