package dev.weft.perf.command;

import dev.weft.agent.config.AgentConfig;
import dev.weft.perf.control.MeshToken;
import dev.weft.perf.control.PerfServer;
import dev.weft.perf.control.Transports;
import dev.weft.perf.measure.AgentProbe;
import dev.weft.perf.measure.HostProbe;
import dev.weft.perf.mesh.MeshHosts;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code weft perf server}: answers clients, one test after the other. */
@Command(name = "server", description = "Answer 'weft perf client' of other hosts", sortOptions = false)
public final class ServerCommand implements Callable<Integer> {
    @Option(names = {"-p", "--port"}, paramLabel = "PORT", description = "port to listen on (default: 4820, 0 for any)")
    private int port = PerfServer.DEFAULT_PORT;

    @Option(names = {"-B", "--bind"}, paramLabel = "ADDRESS", description = "address to listen on (default: all)")
    private String address;

    @Option(names = "--data-port", paramLabel = "PORT", description = "first port of the streams, for firewalls (default: any)")
    private int dataPort;

    @Option(names = {"-1", "--once"}, description = "end after one test")
    private boolean once;

    @Option(names = "--mesh", paramLabel = "TOKEN_FILE",
            description = "measure towards other hosts for those who know the secret in this file (weft perf mesh --token)")
    private Path meshToken;

    @Option(names = "--hosts", paramLabel = "FILE", description = "with --mesh: only towards the hosts in this file of the directory")
    private Path hostsFile;

    @Option(names = "--agent-socket", paramLabel = "PATH", description = "unix socket of this host's agent, when it is not the usual one")
    private Path agentSocket = AgentConfig.DEFAULT_SOCKET;

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "show this help")
    private boolean help;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        PrintWriter err = spec.commandLine().getErr();
        HostProbe probe = new HostProbe(ToolVersion.text(), new AgentProbe(agentSocket));
        if (hostsFile != null && meshToken == null) {
            throw new ParameterException(spec.commandLine(), "--hosts limits whom --mesh measures to; nearest: --mesh TOKEN_FILE --hosts "
                    + hostsFile);
        }
        PerfServer.Settings settings = new PerfServer.Settings(address, port, dataPort, once, meshToken == null ? null
                : new PerfServer.Mesh(MeshToken.read(meshToken), targets()));
        try (PerfServer server = new PerfServer(settings, Transports.installed(), probe, line -> print(err, line))) {
            print(err, "weft perf server listens on port " + server.port());
            server.serve();
        }
        return ExitCodes.OK;
    }

    private Set<InetAddress> targets() throws IOException {
        return hostsFile == null ? Set.of() : MeshHosts.inFile(hostsFile).stream().map(host -> InetAddress.ofLiteral(host.address()))
                .collect(Collectors.toSet());
    }

    private static void print(PrintWriter err, String line) {
        synchronized (err) {
            err.println(line);
            err.flush();
        }
    }
}
