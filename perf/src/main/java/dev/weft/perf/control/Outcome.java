package dev.weft.perf.control;

import dev.weft.perf.measure.AgentReport;
import dev.weft.perf.model.Environment;
import dev.weft.perf.model.Interval;
import dev.weft.perf.model.Latency.ClockOffset;
import dev.weft.perf.rig.EndReport;
import java.util.List;

/**
 * What one repeat brought.
 *
 * @param early           why it ended before its time, or null
 * @param client          the client's report
 * @param server          the server's, null when it went away
 * @param serverIntervals what the server had told until then
 * @param clientAgent     null without an agent
 * @param serverAgent     null without an agent
 * @param clockOffset     server's clock ahead of the client's
 * @param wallStepMillis  how far somebody moved the wall clock during the run
 */
public record Outcome(String early, EndReport client, EndReport server, List<Interval> serverIntervals, AgentReport clientAgent,
        AgentReport serverAgent, Environment clientHost, Environment serverHost, ClockOffset clockOffset, long wallStepMillis) {
}
