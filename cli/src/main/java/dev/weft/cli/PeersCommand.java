package dev.weft.cli;

import com.fasterxml.jackson.databind.JsonNode;
import picocli.CommandLine.Command;

@Command(name = "peers", description = "Show the peers and whether their links are up")
final class PeersCommand extends QueryCommand {
    PeersCommand() {
        super("/v1/peers");
    }

    @Override
    String table(JsonNode document) {
        Table table = new Table("PEER", "UNDERLAY", "LINKS", "PATH", "REASON", "DEVICE", "WHY", "SUBNETS");
        for (JsonNode peer : document.path("peers")) {
            StringBuilder subnets = new StringBuilder();
            peer.path("subnets").forEach(list -> subnets.append(subnets.isEmpty() ? "" : " ").append(StatusCommand.join(list)));
            JsonNode first = peer.path("sessions").path(0);
            table.row(peer.path("peer").asText(), peer.path("underlay").asText(),
                    peer.path("established").asText() + "/" + peer.path("links").asText(), first.path("path").asText("none"),
                    first.path("reason").asText("no-session"), first.path("rdma").path("device").asText("-"),
                    first.path("detail").asText("not connected"), subnets);
        }
        return table.toString();
    }
}
