package dev.weft.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.agent.config.AgentConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A command that shows one document of a running agent. */
abstract class QueryCommand implements Callable<Integer> {
    private static final ObjectMapper JSON = new ObjectMapper();

    enum Output {
        table, json
    }

    @Option(names = "--socket", paramLabel = "PATH", description = "the agent's unix socket (default: /run/weft/agent.sock)")
    private Path socket = AgentConfig.DEFAULT_SOCKET;

    @Option(names = "--output", paramLabel = "table|json", description = "how to show it (default: table)")
    private Output output = Output.table;

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "show this help")
    private boolean help;

    @Spec
    private CommandSpec spec;

    private final String path;

    QueryCommand(String path) {
        this.path = path;
    }

    @Override
    public Integer call() throws IOException {
        JsonNode document = JSON.readTree(new ControlClient(socket).get(path));
        PrintWriter out = spec.commandLine().getOut();
        if (output == Output.json) {
            out.println(JSON.writerWithDefaultPrettyPrinter().writeValueAsString(document));
        } else {
            out.print(table(document));
        }
        out.flush();
        return 0;
    }

    /** The document for people, with a line feed at the end. */
    abstract String table(JsonNode document);
}
