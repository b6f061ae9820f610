package dev.weft.cli;

import com.fasterxml.jackson.databind.JsonNode;
import picocli.CommandLine.Command;

@Command(name = "lanes", description = "Show for each lane and peer what carries its frames, and why")
final class LanesCommand extends QueryCommand {
    LanesCommand() {
        super("/v1/lanes");
    }

    @Override
    String table(JsonNode document) {
        Table table = new Table("LANE", "PEER", "LINK", "STATE", "PATH", "REASON", "UP", "SENT", "RECEIVED", "PENDING", "SWITCHES",
                "LAST GAP", "DEVICE", "QUEUE PAIR", "CREDITS", "DETAIL");
        for (JsonNode session : document.path("lanes")) {
            JsonNode rdma = session.path("rdma");
            table.row(session.path("lane").asText(), session.path("peer").asText(), session.path("linkIndex").asText(),
                    session.path("state").asText(), session.path("path").asText(), session.path("reason").asText(),
                    Table.duration(session.path("upMillis").asLong()), Table.bytes(session.path("bytesSent").asLong()),
                    Table.bytes(session.path("bytesReceived").asLong()), Table.bytes(session.path("pendingBytes").asLong()),
                    session.path("switches").asText(), session.path("lastGapMicros").asText() + " us",
                    rdma.path("device").asText("-"), rdma.isObject() ? pair(rdma) : "-", rdma.path("credits").asText("-"),
                    session.path("detail").asText() + " [" + session.path("link").asText() + "]");
        }
        return table.toString();
    }

    private static String pair(JsonNode rdma) {
        return rdma.path("queuePair").asText() + " " + rdma.path("state").asText();
    }
}
