package dev.weft.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.agent.config.AgentConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Works without an agent; with one it tells whether both are of one version. */
@Command(name = "version", description = "Show the version of this command and of the running agent")
final class VersionCommand implements Callable<Integer> {
    @Option(names = "--socket", paramLabel = "PATH", description = "the agent's unix socket (default: /run/weft/agent.sock)")
    private Path socket = AgentConfig.DEFAULT_SOCKET;

    @Option(names = "--output", paramLabel = "table|json", description = "how to show it (default: table)")
    private QueryCommand.Output output = QueryCommand.Output.table;

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "show this help")
    private boolean help;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        ObjectMapper json = new ObjectMapper();
        Map<String, String> versions = new LinkedHashMap<>();
        versions.put("weft", BuildVersion.text());
        versions.put("java", Runtime.version().toString());
        try {
            versions.put("agent", json.readTree(new ControlClient(socket).get("/v1/version")).path("version").asText());
        } catch (IOException e) {
            versions.put("agent", "not running");
        }
        PrintWriter out = spec.commandLine().getOut();
        if (output == QueryCommand.Output.json) {
            out.println(json.writerWithDefaultPrettyPrinter().writeValueAsString(versions));
        } else {
            versions.forEach((name, version) -> out.println(name + " " + version));
        }
        out.flush();
        return 0;
    }
}
