package dev.weft.perf.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * One measured run: a test with fixed parameters, repeated one or more times.
 *
 * @param role        place in the document: empty for a single run; size or rate of a sweep; layer; {@code FROM>TO} of a mesh
 * @param startedAt   wall-clock time, ISO 8601 in UTC
 * @param parameters  what was asked for
 * @param verdict     whether the figures are whole
 * @param path        what carried the messages
 * @param latency     merged over streams and repeats; null when the test measures none (throughput, pps)
 * @param totals      of the measured time of all repeats, warm-up left out
 * @param intervals   time series over all repeats
 * @param repeats     each repeat by itself, at least one unless the run failed before it began
 * @param confidence  of each figure over the repeats; empty with fewer than two
 * @param client      cost at the client
 * @param server      cost at the server; null when it could not tell
 * @param agents      cost of the Weft agents at either end; empty when there are none
 * @param clientHost  environment of the client
 * @param serverHost  environment of the server; null when it could not tell
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RunResult(String role, String startedAt, Parameters parameters, Verdict verdict, PathUsed path, Latency latency,
        Totals totals, List<Interval> intervals, List<Repeat> repeats, List<Confidence> confidence, Side client, Side server,
        List<Side> agents, Environment clientHost, Environment serverHost) {

    public RunResult {
        intervals = intervals == null ? List.of() : List.copyOf(intervals);
        repeats = repeats == null ? List.of() : List.copyOf(repeats);
        confidence = confidence == null ? List.of() : List.copyOf(confidence);
        agents = agents == null ? List.of() : List.copyOf(agents);
    }

    /** The histogram that says what a user feels: corrected for an open loop, raw for a closed one; null when there is none. */
    public HistogramData felt() {
        if (latency == null) {
            return null;
        }
        boolean open = parameters != null && parameters.loop() == Loop.OPEN;
        HistogramData data = open && latency.corrected() != null ? latency.corrected() : latency.raw();
        return data == null || data.count() == 0 ? null : data;
    }

    /** The same run under another role. */
    public RunResult withRole(String newRole) {
        return new RunResult(newRole, startedAt, parameters, verdict, path, latency, totals, intervals, repeats, confidence, client,
                server, agents, clientHost, serverHost);
    }
}
