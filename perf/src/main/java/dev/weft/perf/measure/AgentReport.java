package dev.weft.perf.measure;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.weft.perf.model.Side;
import java.util.List;
import java.util.Map;

/**
 * What the agent of a host says of a run.
 *
 * @param host     its id in the directory
 * @param cost     of its process during the run, warm-up included
 * @param paths    path of its session with each peer: {@code rdma}, {@code tcp}, {@code changing} or {@code none}
 * @param moved    counters that changed, by name
 * @param remarks  sentences: the reason of each path
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record AgentReport(String host, Side cost, Map<String, String> paths, Map<String, Long> moved, List<String> remarks) {

    public AgentReport {
        paths = paths == null ? Map.of() : Map.copyOf(paths);
        moved = moved == null ? Map.of() : Map.copyOf(moved);
        remarks = remarks == null ? List.of() : List.copyOf(remarks);
    }
}
