package dev.weft.cli;

import com.fasterxml.jackson.databind.JsonNode;
import picocli.CommandLine.Command;

@Command(name = "endpoints", description = "Show the attached containers")
final class EndpointsCommand extends QueryCommand {
    EndpointsCommand() {
        super("/v1/endpoints");
    }

    @Override
    String table(JsonNode document) {
        Table table = new Table("NETWORK", "CONTAINER", "INTERFACE", "IPV4", "IPV6", "HOST INTERFACE", "STATE");
        for (JsonNode endpoint : document.path("endpoints")) {
            table.row(endpoint.path("network").asText(), endpoint.path("container").asText(), endpoint.path("interface").asText(),
                    endpoint.path("ipv4").asText("-"), endpoint.path("ipv6").asText("-"), endpoint.path("hostInterface").asText(),
                    endpoint.path("state").asText());
        }
        return table.toString();
    }
}
