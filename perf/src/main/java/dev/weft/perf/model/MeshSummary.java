package dev.weft.perf.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * What stands out of a mesh.
 *
 * @param hosts    all that were asked for
 * @param measured ordered pairs with figures
 * @param missing  ordered pairs without: {@code FROM>TO: reason}
 * @param worst    the pair that is furthest from the median; null when nothing was measured
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record MeshSummary(List<String> hosts, int measured, List<String> missing, Worst worst) {

    public MeshSummary {
        hosts = List.copyOf(hosts);
        missing = List.copyOf(missing);
    }

    /**
     * The worst pair and the figure that makes it so.
     *
     * @param figure {@code p50} or {@code p99} in nanoseconds, or {@code throughput} in bytes a second
     * @param value  of the pair
     * @param median of all pairs
     * @param ratio  how many times worse than the median
     */
    public record Worst(String from, String to, String figure, double value, double median, double ratio) {
    }
}
