package dev.weft.perf.measure;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.perf.transport.Reason;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Asks this host's agent, where there is one, what it counted and spent. Never fails a run: an agent that is silent is a remark. */
public final class AgentProbe {
    private final AgentSocket agent;

    /** @param socket of the agent; it need not exist */
    public AgentProbe(Path socket) {
        agent = new AgentSocket(socket);
    }

    /** The agent before a run; empty when there is none. */
    public record Before(long pid, String host, ProcessCost cost, Map<String, Long> counters) {
    }

    /** @return null when there is no agent, or it does not answer */
    public Before begin() {
        if (!agent.exists()) {
            return null;
        }
        try {
            JsonNode status = agent.get("/v1/status");
            long pid = status.path("pid").asLong();
            return new Before(pid, status.path("host").asText(), ProcessCost.of(pid), counters());
        } catch (IOException e) {
            return null;
        }
    }

    /**
     * @param before what {@link #begin} returned
     * @return null when there was no agent
     */
    public AgentReport end(Before before) {
        if (before == null) {
            return null;
        }
        try {
            Map<String, Long> moved = new LinkedHashMap<>();
            counters().forEach((name, value) -> {
                long change = value - before.counters.getOrDefault(name, 0L);
                if (change != 0) {
                    moved.put(name, change);
                }
            });
            Map<String, String> paths = new LinkedHashMap<>();
            List<String> remarks = new ArrayList<>();
            for (JsonNode peer : agent.get("/v1/peers").path("peers")) {
                for (JsonNode session : peer.path("sessions")) {
                    paths.merge(peer.path("peer").asText(), session.path("path").asText(), (a, b) -> a.equals(b) ? a : "mixed");
                    remarks.add("agent " + before.host + " to " + peer.path("peer").asText() + ", lane " + session.path("lane").asInt()
                            + ": path " + session.path("path").asText() + " (" + session.path("reason").asText() + ": "
                            + session.path("detail").asText() + ")");
                }
            }
            return new AgentReport(before.host, ProcessCost.of(before.pid).since(before.cost, "agent " + before.host), paths, moved,
                    remarks);
        } catch (IOException e) {
            return new AgentReport(before.host, null, Map.of(), Map.of(),
                    List.of("agent " + before.host + " stopped answering during the run: " + Reason.of(e)));
        }
    }

    private Map<String, Long> counters() throws IOException {
        Map<String, Long> counters = new LinkedHashMap<>();
        agent.get("/v1/counters").path("counters").properties().forEach(entry -> counters.put(entry.getKey(), entry.getValue().asLong()));
        return counters;
    }
}
