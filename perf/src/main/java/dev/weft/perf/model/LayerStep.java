package dev.weft.perf.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A layer of a stack, and what it adds to the one below.
 *
 * @param name                {@code wire}, {@code verbs}, {@code link}, {@code socket} or {@code message}
 * @param carriedBy           transport that was really used; null when nothing was measured
 * @param p50Nanos            round trip; null when it was not measured
 * @param p99Nanos            the same
 * @param bytesPerSecond      throughput; null when it was not measured
 * @param below               the nearest layer below that was measured, with which this one is compared; null for the lowest
 * @param addedP50Nanos       to the layer below; null when one of the two was not measured
 * @param addedP99Nanos       the same
 * @param addedBytesPerSecond the same; negative when throughput was lost
 * @param reason              why it was not measured, or not whole; null when there is nothing to say
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record LayerStep(String name, String carriedBy, Long p50Nanos, Long p99Nanos, Double bytesPerSecond, String below,
        Long addedP50Nanos, Long addedP99Nanos, Double addedBytesPerSecond, String reason) {

    /** @param runs lowest layer first; runs of one layer have the same role */
    public static List<LayerStep> of(List<RunResult> runs) {
        Map<String, List<RunResult>> byLayer = new LinkedHashMap<>();
        runs.forEach(run -> byLayer.computeIfAbsent(run.role(), role -> new ArrayList<>()).add(run));
        List<LayerStep> steps = new ArrayList<>();
        LayerStep below = null;
        for (Map.Entry<String, List<RunResult>> layer : byLayer.entrySet()) {
            LayerStep step = step(layer.getKey(), layer.getValue(), below);
            steps.add(step);
            below = step.carriedBy == null ? below : step;
        }
        return List.copyOf(steps);
    }

    private static LayerStep step(String name, List<RunResult> runs, LayerStep below) {
        Long p50 = null;
        Long p99 = null;
        Double bytes = null;
        String carriedBy = null;
        for (RunResult run : runs) {
            boolean throughput = run.parameters() != null && run.parameters().test() == TestKind.THROUGHPUT;
            if (throughput && run.totals() != null && run.totals().bytes() > 0) {
                bytes = run.totals().bytesPerSecond();
                carriedBy = run.path().transport();
            }
            if (run.felt() != null) {
                p50 = run.felt().p50Nanos();
                p99 = run.felt().p99Nanos();
                carriedBy = run.path().transport();
            }
        }
        String reason = runs.stream().filter(run -> run.verdict().state() != Verdict.State.COMPLETE)
                .flatMap(run -> run.verdict().reasons().stream()).distinct().collect(Collectors.joining("; "));
        return new LayerStep(name, carriedBy, p50, p99, bytes, below == null || carriedBy == null ? null : below.name,
                below == null ? null : added(p50, below.p50Nanos), below == null ? null : added(p99, below.p99Nanos),
                below == null || bytes == null || below.bytesPerSecond == null ? null : bytes - below.bytesPerSecond,
                reason.isEmpty() ? null : reason);
    }

    private static Long added(Long now, Long before) {
        return now == null || before == null ? null : now - before;
    }
}
