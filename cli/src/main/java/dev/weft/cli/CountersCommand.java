package dev.weft.cli;

import com.fasterxml.jackson.databind.JsonNode;
import picocli.CommandLine.Command;

@Command(name = "counters", description = "Show what the data path counted, every kind of drop by name")
final class CountersCommand extends QueryCommand {
    CountersCommand() {
        super("/v1/counters");
    }

    @Override
    String table(JsonNode document) {
        Table table = new Table("COUNTER", "VALUE", "MEANING");
        document.path("counters").properties().forEach(entry -> table.row(entry.getKey(), entry.getValue().asText(),
                document.path("descriptions").path(entry.getKey()).asText()));
        document.path("firewall").properties().forEach(network -> network.getValue().properties()
                .forEach(drop -> table.row("firewall/" + network.getKey() + "/" + drop.getKey(), drop.getValue().asText(),
                        document.path("firewallDescriptions").path(drop.getKey()).asText())));
        return table.toString();
    }
}
