package dev.weft.perf.command;

import dev.weft.linux.NetworkNamespace;
import dev.weft.perf.control.PerfServer;
import dev.weft.perf.control.RunAssembler;
import dev.weft.perf.control.TestPlan;
import dev.weft.perf.control.Transports;
import dev.weft.perf.layers.Layer;
import dev.weft.perf.layers.LayerRuns;
import dev.weft.perf.model.RunDocument;
import dev.weft.perf.model.RunResult;
import dev.weft.perf.model.TestKind;
import dev.weft.perf.transport.Transport;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code weft perf layers HOST}: what each layer between two hosts adds to the one below. */
@Command(name = "layers", description = "Measure every layer between this host and another, and what each adds", sortOptions = false,
        footer = {"", "verbs and link need 'weft perf server' on HOST. socket and message need another one in a container of HOST, for",
            "instance 'nsenter --net=/run/netns/NAME weft perf server', named with --container; --netns puts this end into a",
            "container as well. A layer that cannot be measured is named with the reason.",
            "", "Exit status: 0 every layer asked for was measured, 3 some were, 1 none, 2 wrong usage"})
public final class LayersCommand implements Callable<Integer> {
    private static final List<String> DEFAULT_LAYERS = List.of("verbs", "link", "socket", "message");
    private static final String DIRECTORY = "directory";
    /** Where an agent keeps the driver of network "default" on its host. */
    private static final String DRIVER = "/run/weft/messaging/default/aeron";
    /** Points of the series over time, as far as their length makes sense. */
    private static final int INTERVALS = 20;
    private static final long MIN_INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long MAX_INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final List<TestKind> TESTS = List.of(TestKind.RR, TestKind.THROUGHPUT);

    @Parameters(paramLabel = "HOST", description = "name or address of the other host")
    private String host;

    @Option(names = {"-p", "--port"}, paramLabel = "PORT", description = "port of the servers (default: 4820)")
    private int port = PerfServer.DEFAULT_PORT;

    @Option(names = "--layers", paramLabel = "NAMES", split = ",",
            description = "of wire, verbs, link, socket and message; wire is TCP between the hosts without Weft (default: all but wire)")
    private List<String> names = DEFAULT_LAYERS;

    @Option(names = "--container", paramLabel = "ADDRESS", description = "address of a container of HOST in which a server runs")
    private String container;

    @Option(names = "--netns", paramLabel = "PATH",
            description = "network namespace of a container of this host, for socket and message (default: from the host itself)")
    private String namespace;

    @Option(names = {"-l", "--size"}, paramLabel = "BYTES", defaultValue = "64", description = "size of the round trips (default: 64)")
    private String size;

    @Option(names = {"-t", "--time"}, paramLabel = "TIME", converter = Quantity.OfTime.class, defaultValue = "3s",
            description = "measured time of each test of each layer (default: 3s)")
    private Long durationNanos;

    @Option(names = {"-O", "--warm-up"}, paramLabel = "TIME", converter = Quantity.OfTime.class, defaultValue = "1s",
            description = "run this long before the measured time (default: 1s)")
    private Long warmUpNanos;

    @Option(names = "--repeat", paramLabel = "N", defaultValue = "1", description = "measure N times and give confidence intervals")
    private int repeats;

    @Option(names = "--idle", paramLabel = "block|spin", defaultValue = "block",
            description = "what threads do when there is nothing to do (default: block)")
    private String idle;

    @Option(names = "--option", paramLabel = "LAYER:KEY=VALUE",
            description = {"option of a layer's transport; may be given several times: link:kind=tcp, message:directory=PATH",
                "(default of the latter: " + DRIVER + ")"})
    private List<String> layerOptions = List.of();

    @Mixin
    private OutputOptions output;

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "show this help")
    private boolean help;

    @Spec
    private CommandSpec spec;

    private final Map<Layer, TestOptions> options = new LinkedHashMap<>();
    private int messageBytes;

    @Override
    public Integer call() throws IOException {
        PrintWriter err = spec.commandLine().getErr();
        Transports transports = Transports.installed();
        try {
            check();
            checkPlans(transports);
        } catch (TypeConversionException | IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
        TestOptions any = options.values().iterator().next();
        try (NetworkNamespace inside = namespace == null ? null : NetworkNamespace.open(namespace);
                Runs runs = new Runs(transports, any, output, spec.commandLine().getOut(), err)) {
            LayerRuns layers = new LayerRuns(new OfHost(transports, runs, inside, err), container != null);
            List<RunResult> results = layers.measure(options.keySet(), TESTS);
            return runs.finish(RunDocument.of(RunDocument.Kind.LAYERS, ToolVersion.text(), "Layers to " + host, results));
        }
    }

    /** Reads what picocli could not. */
    private void check() {
        output.check();
        messageBytes = (int) Math.min(Integer.MAX_VALUE, Quantity.bytes(size));
        for (String name : names) {
            Layer layer = layer(name);
            options.put(layer, testOptions());
        }
        if (options.containsKey(Layer.MESSAGE)) {
            // Without one it would be Aeron over UDP sockets, which is no layer of Weft.
            options.get(Layer.MESSAGE).options.put(DIRECTORY, DRIVER);
        }
        options.values().iterator().next().check();
        for (String text : layerOptions) {
            String[] parts = text.split("[:=]", 3);
            if (!text.matches("[^:=]+:[^:=]+=.*")) {
                throw new TypeConversionException("'" + text + "' is not LAYER:KEY=VALUE; nearest: --option link:kind=tcp");
            }
            TestOptions layerTest = options.get(layer(parts[0]));
            if (layerTest == null) {
                throw new TypeConversionException("option '" + text + "' is for a layer that is not measured; nearest: --layers "
                        + String.join(",", names) + "," + parts[0]);
            }
            layerTest.options.put(parts[1], parts[2]);
        }
        if (container == null && namespace != null) {
            throw new TypeConversionException("--netns puts this end into a container, and there is none to measure to; nearest: "
                    + "--netns " + namespace + " --container ADDRESS");
        }
    }

    /** Against the limits of those transports that are there. */
    private void checkPlans(Transports transports) throws IOException {
        for (Layer layer : options.keySet()) {
            if (transports.unusable(layer.transport()) == null) {
                String problem = options.get(layer).plan(layer.transport(), TestKind.RR, messageBytes, 0, 0)
                        .problem(transports.find(layer.transport()).traits());
                if (problem != null) {
                    throw new IllegalArgumentException(problem);
                }
            }
        }
    }

    private static Layer layer(String name) {
        return Layer.valueOf(Quantity.choice("layer", name, Layer.labels()).toUpperCase(Locale.ROOT));
    }

    private TestOptions testOptions() {
        TestOptions test = new TestOptions();
        test.durationNanos = durationNanos;
        test.warmUpNanos = warmUpNanos;
        test.intervalNanos = Math.clamp(durationNanos / INTERVALS, MIN_INTERVAL_NANOS, MAX_INTERVAL_NANOS);
        test.repeats = repeats;
        test.idle = idle;
        return test;
    }

    /** Measures from this host; layers of containers from the namespace, when there is one. */
    private final class OfHost implements LayerRuns.Measurer {
        private final Transports transports;
        private final Runs runs;
        private final NetworkNamespace inside;
        private final PrintWriter err;

        OfHost(Transports transports, Runs runs, NetworkNamespace inside, PrintWriter err) {
            this.transports = transports;
            this.runs = runs;
            this.inside = inside;
            this.err = err;
        }

        @Override
        public String unusable(Layer layer) {
            String directory = options.get(layer).options.get(DIRECTORY);
            if (layer == Layer.MESSAGE && !Files.isDirectory(Path.of(directory))) {
                return "no media driver of Weft's messaging in " + directory + "; turn messaging on in the agents of both hosts "
                        + "(docs/messaging.md), or name its directory with --option message:directory=PATH";
            }
            return transports.unusable(layer.transport());
        }

        @Override
        public RunResult measure(Layer layer, TestKind test) throws IOException {
            Transport transport = transports.find(layer.transport());
            int bytes = test == TestKind.THROUGHPUT ? transport.traits().usualBytes() : messageBytes;
            if (!output.quiet) {
                err.println(layer.label() + ", " + test.label());
                err.flush();
            }
            Callable<RunResult> run = () -> runs.run(target(layer), port, transport, test, bytes, 0, layer.label(), options.get(layer));
            try {
                return inside != null && layer.betweenContainers() ? inside.call(run) : run.call();
            } catch (IOException | RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new IOException(e);
            }
        }

        @Override
        public RunResult failed(Layer layer, TestKind test, String reason) {
            TestPlan plan = options.get(layer).plan(layer.transport(), test, messageBytes, 0, 0);
            return RunAssembler.failed(Instant.now().truncatedTo(ChronoUnit.MILLIS).toString(),
                    plan.toParameters(target(layer), repeats, List.of()), reason);
        }

        @Override
        public boolean interrupted() {
            return runs.interrupted();
        }
    }

    private String target(Layer layer) {
        return layer.betweenContainers() && container != null ? container : host;
    }
}
