package dev.weft.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;

@Command(name = "status", description = "Show how the agent does")
final class StatusCommand extends QueryCommand {
    StatusCommand() {
        super("/v1/status");
    }

    @Override
    String table(JsonNode status) {
        Table table = new Table("HOST", status.path("host").asText());
        table.row("version", status.path("version").asText());
        table.row("state", status.path("ready").asBoolean() ? "ready" : "not listed in the directory");
        table.row("up", Table.duration(status.path("uptimeMillis").asLong()));
        table.row("underlay", status.path("underlay").asText());
        table.row("lanes", status.path("lanes").asText());
        table.row("overlay MTU", status.path("mtu").asText());
        table.row("peers", status.path("peersEstablished").asText() + " of " + status.path("peers").asText() + " established");
        table.row("paths", paths(status.path("paths")));
        table.row("endpoints", status.path("endpoints").asText());
        status.path("subnets").properties().forEach(entry -> table.row("network " + entry.getKey(), join(entry.getValue())));
        JsonNode use = status.path("process");
        table.row("process", "heap " + Table.bytes(use.path("heapBytes").asLong()) + ", direct "
                + Table.bytes(use.path("directBytes").asLong()) + ", " + use.path("threads").asText() + " threads, "
                + use.path("descriptors").asText() + " descriptors");
        String problem = status.path("directory").path("problem").asText();
        table.row("directory", "revision " + status.path("directory").path("revision").asText()
                + (problem.isEmpty() ? "" : ", PROBLEM: " + problem));
        return table.toString();
    }

    /** Reasons that apply to no session are left out. */
    private static String paths(JsonNode reasons) {
        return reasons.properties().stream().filter(entry -> entry.getValue().asLong() > 0)
                .map(entry -> entry.getValue().asText() + " " + entry.getKey()).collect(Collectors.joining(", "));
    }

    static String join(JsonNode array) {
        StringBuilder text = new StringBuilder();
        array.forEach(item -> text.append(text.isEmpty() ? "" : " ").append(item.asText()));
        return text.toString();
    }
}
