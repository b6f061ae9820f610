package dev.weft.perf.iperf3;

import dev.weft.perf.command.ExitCodes;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code weft perf server --iperf3}: serves stock iperf3 clients until it is ended. */
@Command(name = "iperf3-server", description = "Serve iperf3 clients; the same as: weft perf server --iperf3")
public final class Iperf3ServerCommand implements Callable<Integer>, Iperf3Server.Listener {
    @Option(names = {"-p", "--port"}, defaultValue = "5201", description = "port (default: ${DEFAULT-VALUE})")
    private int port;
    @Option(names = {"-B", "--bind"}, paramLabel = "ADDRESS", description = "address to listen on (default: all)")
    private String bind;
    @Option(names = {"-J", "--json"}, description = "one JSON document a test, in the shape of iperf3 -J")
    private boolean json;
    @Option(names = {"-h", "--help"}, usageHelp = true, description = "show this help")
    private boolean help;
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        InetSocketAddress address = bind == null ? new InetSocketAddress(port) : new InetSocketAddress(bind, port);
        try (Iperf3Server server = new Iperf3Server(address, Iperf3Server.Limits.DEFAULT, this)) {
            say("serving iperf3 clients on port " + server.port());
            server.serve();
        }
        return ExitCodes.OK;
    }

    private synchronized void say(String line) {
        PrintWriter err = spec.commandLine().getErr();
        err.println(line);
        err.flush();
    }

    @Override
    public void onBegin(String peer, TestParameters parameters) {
        say("test from " + peer + ": " + (parameters.udp() ? "UDP" : "TCP") + ", " + parameters.streams() + " streams");
    }

    @Override
    public void onInterval(TestInterval interval) {
        say(Iperf3Text.line(interval));
    }

    @Override
    public void onEnd(TestReport report) {
        PrintWriter out = spec.commandLine().getOut();
        out.print(json ? Iperf3Text.json(report).toPrettyString() + System.lineSeparator() : Iperf3Text.report(report));
        out.flush();
    }

    @Override
    public void onRefused(String peer, String reason) {
        say("refused " + peer + ": " + reason);
    }
}
