package dev.weft.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.agent.config.AgentConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code weft ipam}: addresses and who has them. */
@Command(name = "ipam", description = "Addresses of this host's endpoints", subcommands = IpamCommand.Check.class)
final class IpamCommand implements Callable<Integer> {
    @Option(names = {"-h", "--help"}, usageHelp = true, description = "show this help")
    private boolean help;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getErr());
        return 2;
    }

    /** {@code weft ipam check}: exit status 0 when nothing differs, 1 when something does. */
    @Command(name = "check", description = {"Compare records, address pools, kernel and, when given, the runtime's list of containers.",
        "Changes nothing. Exit status 0: no difference; 1: differences, each with a remedy; 2: wrong usage."})
    static final class Check implements Callable<Integer> {
        private static final ObjectMapper JSON = new ObjectMapper();

        enum Output {
            table, json
        }

        @Option(names = "--socket", paramLabel = "PATH", description = "the agent's unix socket (default: /run/weft/agent.sock)")
        private Path socket = AgentConfig.DEFAULT_SOCKET;

        @Option(names = "--runtime-list", paramLabel = "FILE", description = "what the runtime has: one line a container, its id and, when"
                + " it is not eth0, its interface; or a JSON array as CNI's GC takes: [{\"containerID\":...,\"ifname\":...}]")
        private Path list;

        @Option(names = "--output", paramLabel = "table|json", description = "how to show it (default: table)")
        private Output output = Output.table;

        @Option(names = {"-h", "--help"}, usageHelp = true, description = "show this help")
        private boolean help;

        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() throws IOException {
            ObjectNode document = (ObjectNode) JSON.readTree(new ControlClient(socket).get("/v1/ipam"));
            ArrayNode findings = document.withArray("findings");
            if (list != null) {
                compare(read(list), document.path("endpoints"), findings);
            }
            PrintWriter out = spec.commandLine().getOut();
            out.print(output == Output.json ? JSON.writerWithDefaultPrettyPrinter().writeValueAsString(document) + "\n" : text(document));
            out.flush();
            return findings.isEmpty() ? 0 : 1;
        }

        private static Set<String> read(Path list) throws IOException {
            String content = Files.readString(list).strip();
            Set<String> attachments = new LinkedHashSet<>();
            if (content.startsWith("[")) {
                for (JsonNode each : JSON.readTree(content)) {
                    if (!each.path("containerID").isTextual()) {
                        throw new IOException(list + ": " + each + " has no text 'containerID'");
                    }
                    attachments.add(each.path("containerID").asText() + " " + each.path("ifname").asText("eth0"));
                }
                return attachments;
            }
            for (String line : content.lines().map(String::strip).filter(line -> !line.isEmpty() && !line.startsWith("#")).toList()) {
                String[] words = line.split("\\s+");
                if (words.length > 2) {
                    throw new IOException(list + ": '" + line + "' has more than a container id and an interface");
                }
                attachments.add(words[0] + " " + (words.length == 2 ? words[1] : "eth0"));
            }
            return attachments;
        }

        private static void compare(Set<String> runtime, JsonNode endpoints, ArrayNode findings) {
            List<String> attached = new ArrayList<>();
            for (JsonNode endpoint : endpoints) {
                String attachment = endpoint.path("container").asText() + " " + endpoint.path("interface").asText();
                attached.add(attachment);
                if (!runtime.contains(attachment)) {
                    findings.addObject().put("subject", endpoint.path("network").asText() + "/" + attachment.replace(' ', '/'))
                            .put("detail", "is attached, and the runtime does not know it")
                            .put("remedy", "when its container is gone, send DEL for it, or CNI's GC with the runtime's list");
                }
            }
            for (String attachment : runtime) {
                if (!attached.contains(attachment)) {
                    findings.addObject().put("subject", attachment.replace(' ', '/'))
                            .put("detail", "is known to the runtime, and not attached")
                            .put("remedy", "restart the container, or take it from the list when it is not of this network");
                }
            }
        }

        private static String text(JsonNode document) {
            Table pools = new Table("NETWORK", "SUBNET", "USED", "COOLING", "CAPACITY");
            document.path("pools").forEach(pool -> pools.row(pool.path("network").asText(), pool.path("subnet").asText(),
                    pool.path("used").asText(), pool.path("cooling").asText(), pool.path("capacity").asText()));
            if (document.path("findings").isEmpty()) {
                return pools + "\n" + document.path("endpoints").size() + " endpoints, no difference\n";
            }
            Table findings = new Table("SUBJECT", "DIFFERENCE", "REMEDY");
            document.path("findings").forEach(each -> findings.row(each.path("subject").asText(), each.path("detail").asText(),
                    each.path("remedy").asText()));
            return pools + "\n" + findings;
        }
    }
}
