package dev.weft.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.agent.config.AgentConfig;
import dev.weft.agent.config.AgentConfigLoader;
import dev.weft.agent.config.ConfigException;
import dev.weft.messaging.CdiSpecification;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code weft messaging}: what the media drivers of this host do, and how containers get to them. */
@Command(name = "messaging", description = "Show message streams; make the CDI specification", mixinStandardHelpOptions = true,
        subcommands = {MessagingCommand.Status.class, MessagingCommand.Cdi.class})
final class MessagingCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getErr());
        return 2;
    }

    /** Streams of a running agent. */
    @Command(name = "status", description = "Show drivers and their streams: positions, back-pressure, losses, path")
    static final class Status extends QueryCommand {
        Status() {
            super("/v1/messaging");
        }

        @Override
        String table(JsonNode document) {
            StringBuilder text = new StringBuilder();
            for (JsonNode driver : document.path("drivers")) {
                JsonNode totals = driver.path("totals");
                text.append(text.isEmpty() ? "" : "\n").append("network ").append(driver.path("network").asText())
                        .append(driver.path("endpoint").isNull() ? "" : " endpoint " + driver.path("endpoint").asText())
                        .append(": ").append(driver.path("problem").asText().isEmpty() ? driver.path("directory").asText()
                                : "BROKEN: " + driver.path("problem").asText())
                        .append(", ").append(driver.path("mode").asText()).append(", ").append(totals.path("clients").asText())
                        .append(" clients, memory ").append(Table.bytes(driver.path("memoryUsedBytes").asLong())).append(" of ")
                        .append(Table.bytes(driver.path("memoryBytes").asLong()))
                        .append(", NAKs sent ").append(totals.path("naksSent").asText())
                        .append(", retransmits ").append(totals.path("retransmits").asText()).append(", restarts ")
                        .append(driver.path("restarts").asText()).append('\n');
                text.append(streams(driver));
            }
            return text.isEmpty() ? "no network has messaging\n" : text.toString();
        }

        private static Table streams(JsonNode driver) {
            Table table = new Table("KIND", "STREAM", "SESSION", "POSITION", "BEHIND", "BACK-PRESSURE", "NAKS", "PATH", "CHANNEL");
            for (JsonNode row : driver.path("publications")) {
                long behind = row.path("position").asLong() - row.path("sent").asLong(row.path("position").asLong());
                table.row("publication", row.path("stream").asText(), row.path("session").asText(),
                        Table.bytes(row.path("position").asLong()), Table.bytes(Math.max(0, behind)),
                        row.path("backPressureEvents").asText("-"), row.path("naksReceived").asText("-"), row.path("path").asText(),
                        row.path("channel").asText());
            }
            for (JsonNode row : driver.path("images")) {
                long slowest = row.path("received").asLong();
                for (JsonNode position : row.path("consumed")) {
                    slowest = Math.min(slowest, position.asLong());
                }
                table.row("image", row.path("stream").asText(), row.path("session").asText(), Table.bytes(row.path("received").asLong()),
                        Table.bytes(row.path("received").asLong() - slowest), "-", row.path("naksSent").asText("-"), "-",
                        row.path("channel").asText());
            }
            return table;
        }
    }

    /** The specification for container runtimes. */
    @Command(name = "cdi", description = "Print the CDI specification of this host's drivers, or write it where runtimes look",
            mixinStandardHelpOptions = true)
    static final class Cdi implements Callable<Integer> {
        @Option(names = "--config", required = true, paramLabel = "FILE", description = "the agent's configuration")
        private Path config;

        @Option(names = "--write", paramLabel = "FILE", description = "write it there, usually /etc/cdi/weft-messaging.json")
        private Path target;

        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() throws IOException, ConfigException {
            AgentConfig agent = AgentConfigLoader.load(config);
            if (!agent.messaging().isOn()) {
                throw new IOException(config + " turns messaging on for no network; add: messaging: {networks: {"
                        + agent.networks().getFirst().name() + ": {}}}");
            }
            String document = CdiSpecification.of(agent.messaging());
            if (target == null) {
                spec.commandLine().getOut().println(document);
            } else {
                Path part = target.resolveSibling("." + target.getFileName() + ".part");
                Files.createDirectories(target.toAbsolutePath().getParent());
                Files.writeString(part, document + "\n");
                Files.move(part, target, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
            }
            return 0;
        }
    }
}
