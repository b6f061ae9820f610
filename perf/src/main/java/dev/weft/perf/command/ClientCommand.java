package dev.weft.perf.command;

import dev.weft.perf.control.PerfServer;
import dev.weft.perf.control.Transports;
import dev.weft.perf.model.RunDocument;
import dev.weft.perf.model.RunResult;
import dev.weft.perf.model.TestKind;
import dev.weft.perf.output.Units;
import dev.weft.perf.transport.Transport;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code weft perf client HOST}: one run, or a sweep over sizes or rates. */
@Command(name = "client", description = "Measure to a host on which 'weft perf server' runs", sortOptions = false)
public final class ClientCommand implements Callable<Integer> {
    @Parameters(paramLabel = "HOST", description = "name or address of the server")
    private String host;

    @Option(names = {"-p", "--port"}, paramLabel = "PORT", description = "the server's port (default: 4820)")
    private int port = PerfServer.DEFAULT_PORT;

    @Option(names = {"-T", "--transport"}, paramLabel = "NAME", defaultValue = "tcp",
            description = "tcp, udp, unix, link, verbs or aeron (default: tcp)")
    private String transport;

    @Option(names = "--test", paramLabel = "NAME", defaultValue = "throughput", converter = Quantity.OfTest.class,
            description = "throughput, rr, crr, pps or oneway (default: throughput)")
    private TestKind test;

    @Option(names = {"-l", "--size"}, paramLabel = "BYTES", description = {"bytes of a message: 64, 16K, a list, or a sweep 64:1M:*4",
        "(default: 64; for throughput what suits the transport)"})
    private String size;

    @Option(names = {"-r", "--rate"}, paramLabel = "N", description = {"open loop: messages a second over all streams: 100k, a list, or a "
            + "sweep 10k:1M:*2", "that ends when the rate is missed"})
    private String rate;

    @Option(names = {"-b", "--bitrate"}, paramLabel = "N", converter = Quantity.OfRate.class,
            description = "open loop: bits a second of payload over all streams, e.g. 300M")
    private Double bitRate;

    @Mixin
    private TestOptions options;

    @Mixin
    private OutputOptions output;

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "show this help")
    private boolean help;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        Transports transports = Transports.installed();
        List<Double> sizes;
        List<Double> rates;
        Transport chosen;
        try {
            options.check();
            output.check();
            if (rate != null && bitRate != null) {
                throw new TypeConversionException("--rate and --bitrate exclude each other; nearest: --rate " + rate);
            }
            Quantity.choice("transport", transport, List.copyOf(transports.names()));
            sizes = size == null ? List.of(0.0) : Quantity.sweep(size, text -> (double) Quantity.bytes(text));
            rates = rate == null ? List.of(0.0) : Quantity.sweep(rate, Quantity::amount);
        } catch (TypeConversionException | IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
        chosen = transports.find(transport);
        for (double bytes : sizes) {
            checkPlan(chosen, bytes, rates.getFirst());
        }
        try (Runs runs = new Runs(transports, options, output, out, spec.commandLine().getErr())) {
            return runs.finish(measure(runs, chosen, sizes, rates));
        }
    }

    private void checkPlan(Transport chosen, double bytes, double perSecond) {
        int messageBytes = TestOptions.size((long) bytes, test, chosen);
        String problem = options.plan(chosen.name(), test, messageBytes, perSecond, 0).problem(chosen.traits());
        if (problem != null) {
            throw new ParameterException(spec.commandLine(), problem);
        }
    }

    private RunDocument measure(Runs runs, Transport chosen, List<Double> sizes, List<Double> rates) throws IOException {
        boolean sweep = sizes.size() > 1 || rates.size() > 1;
        List<RunResult> results = new ArrayList<>();
        for (double bytes : sizes) {
            int messageBytes = TestOptions.size((long) bytes, test, chosen);
            for (double perSecond : rates) {
                double messages = bitRate == null ? perSecond : TestOptions.messagesPerSecond(bitRate, messageBytes);
                String role = !sweep ? "" : rates.size() > 1 ? (sizes.size() > 1 ? Units.bytes(messageBytes) + " " : "")
                        + Units.messageRate(perSecond) : Units.bytes(messageBytes);
                RunResult result = runs.run(host, port, chosen, test, messageBytes, messages, role);
                results.add(result);
                if (result.verdict().missedRate() && rates.size() > 1 || runs.interrupted()) {
                    break; // saturated: a higher rate tells nothing more
                }
            }
        }
        String title = test.label() + " over " + transport + " to " + host;
        return RunDocument.of(sweep ? RunDocument.Kind.SWEEP : RunDocument.Kind.RUN, ToolVersion.text(), title, results);
    }
}
