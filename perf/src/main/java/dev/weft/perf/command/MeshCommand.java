package dev.weft.perf.command;

import dev.weft.agent.config.AgentConfig;
import dev.weft.perf.control.MeshClient;
import dev.weft.perf.control.MeshOrder;
import dev.weft.perf.control.MeshToken;
import dev.weft.perf.control.PerfServer;
import dev.weft.perf.control.RunAssembler;
import dev.weft.perf.control.TestPlan;
import dev.weft.perf.control.Transports;
import dev.weft.perf.measure.AgentSocket;
import dev.weft.perf.mesh.MeshHost;
import dev.weft.perf.mesh.MeshHosts;
import dev.weft.perf.mesh.MeshRuns;
import dev.weft.perf.model.RunDocument;
import dev.weft.perf.model.RunResult;
import dev.weft.perf.model.TestKind;
import dev.weft.perf.model.Verdict;
import dev.weft.perf.transport.Transport;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code weft perf mesh}: every pair of hosts, to find the bad link. */
@Command(name = "mesh", description = "Measure every pair of hosts and show them as a heat map, to find the bad link", sortOptions = false,
        footer = {"", "Every host runs 'weft perf server --mesh TOKEN_FILE'; this command may run anywhere that reaches them.",
            "For a page: weft perf mesh --save mesh.json ...; weft perf report mesh.json -o mesh.html",
            "", "Exit status: 0 every pair was measured, 3 some were, 1 none, 2 wrong usage"})
public final class MeshCommand implements Callable<Integer> {
    private static final List<TestKind> TESTS = List.of(TestKind.RR, TestKind.THROUGHPUT);
    private static final int MAX_PARALLEL = 64;
    private static final int MAX_HOSTS = 200;

    @Option(names = "--token", paramLabel = "FILE", required = true, description = "file with the secret that the servers' --mesh names")
    private Path tokenFile;

    @Option(names = "--hosts", paramLabel = "FILE", description = "the directory's file (default: the hosts this host's agent knows)")
    private Path hostsFile;

    @Option(names = "--only", paramLabel = "HOSTS", split = ",", description = "only these of them")
    private List<String> only = List.of();

    @Option(names = {"-p", "--port"}, paramLabel = "PORT", description = "port of the servers (default: 4820)")
    private int port = PerfServer.DEFAULT_PORT;

    @Option(names = "--parallel", paramLabel = "N", defaultValue = "4",
            description = "pairs at once (default: 4); a host is part of one pair at a time whatever this says")
    private int parallel;

    @Option(names = {"-T", "--transport"}, paramLabel = "NAME", defaultValue = "tcp", description = "tcp, udp, link, ... (default: tcp)")
    private String transport;

    @Option(names = "--tests", paramLabel = "NAMES", split = ",", converter = Quantity.OfTest.class,
            description = "of rr and throughput (default: both, one after the other)")
    private List<TestKind> tests = TESTS;

    @Option(names = {"-t", "--time"}, paramLabel = "TIME", converter = Quantity.OfTime.class, defaultValue = "1s",
            description = "measured time of each test of each pair (default: 1s)")
    private Long durationNanos;

    @Option(names = {"-O", "--warm-up"}, paramLabel = "TIME", converter = Quantity.OfTime.class, defaultValue = "300ms",
            description = "run this long before the measured time (default: 300ms)")
    private Long warmUpNanos;

    @Option(names = {"-l", "--size"}, paramLabel = "BYTES", defaultValue = "64", description = "size of the round trips (default: 64)")
    private String size;

    @Option(names = {"-P", "--streams"}, paramLabel = "N", defaultValue = "1", description = "streams at once (default: 1)")
    private int streams;

    @Mixin
    private OutputOptions output;

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "show this help")
    private boolean help;

    @Spec
    private CommandSpec spec;

    private TestOptions options;
    private int messageBytes;

    @Override
    public Integer call() throws IOException {
        Transports transports = Transports.installed();
        Transport chosen;
        try {
            output.check();
            Quantity.choice("transport", transport, List.copyOf(transports.names()));
            chosen = transports.find(transport);
            check(chosen);
        } catch (TypeConversionException | IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
        MeshToken token = MeshToken.read(tokenFile);
        List<MeshHost> hosts = hosts();
        PrintWriter err = spec.commandLine().getErr();
        try (Runs runs = new Runs(transports, options, output, spec.commandLine().getOut(), err)) {
            int all = hosts.size() * (hosts.size() - 1) * tests.size();
            MeshRuns mesh = new MeshRuns(new Remote(new MeshClient(token), chosen, runs, output.quiet ? null : err, all), parallel);
            List<RunResult> results = mesh.measure(hosts, tests);
            return runs.finish(RunDocument.of(RunDocument.Kind.MESH, ToolVersion.text(), "Mesh of " + hosts.size() + " hosts over "
                    + transport, results));
        }
    }

    private List<MeshHost> hosts() throws IOException {
        List<MeshHost> known = hostsFile != null ? MeshHosts.inFile(hostsFile)
                : MeshHosts.ofAgent(new AgentSocket(output.agentSocket == null ? AgentConfig.DEFAULT_SOCKET : output.agentSocket));
        try {
            List<MeshHost> hosts = MeshHosts.only(known, only);
            if (hosts.size() > MAX_HOSTS) {
                throw new IllegalArgumentException(hosts.size() + " hosts are more than the " + MAX_HOSTS + " of one mesh; nearest: --only "
                        + hosts.get(0).id() + "," + hosts.get(1).id() + ",...");
            }
            return hosts;
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private void check(Transport chosen) {
        if (parallel < 1 || parallel > MAX_PARALLEL) {
            throw new IllegalArgumentException(parallel + " pairs at once; nearest: --parallel " + Math.clamp(parallel, 1, MAX_PARALLEL));
        }
        for (TestKind test : tests) {
            if (!TESTS.contains(test)) {
                throw new IllegalArgumentException("a mesh is measured with rr and throughput, not with " + test.label()
                        + "; nearest: --tests rr,throughput");
            }
        }
        tests = tests.stream().distinct().toList();
        options = new TestOptions();
        options.durationNanos = durationNanos;
        options.warmUpNanos = warmUpNanos;
        options.streams = streams;
        options.intervalNanos = Math.max(TimeUnit.SECONDS.toNanos(1), durationNanos / 10);
        messageBytes = (int) Math.min(Integer.MAX_VALUE, Quantity.bytes(size));
        options.check();
        for (TestKind test : tests) {
            TestPlan plan = plan(chosen, test);
            String problem = plan.problem(chosen.traits());
            problem = problem != null ? problem : new MeshOrder("any", port, plan).problem();
            if (problem != null) {
                throw new IllegalArgumentException(problem);
            }
        }
    }

    private TestPlan plan(Transport chosen, TestKind test) {
        return options.plan(transport, test, test == TestKind.THROUGHPUT ? chosen.traits().usualBytes() : messageBytes, 0, 0);
    }

    /** Asks the host of the row to measure towards the host of the column. */
    private final class Remote implements MeshRuns.Measurer {
        private final MeshClient client;
        private final Transport chosen;
        private final Runs runs;
        private final PrintWriter progress;
        private final int all;
        private final AtomicInteger done = new AtomicInteger();

        /** @param progress null to be quiet */
        Remote(MeshClient client, Transport chosen, Runs runs, PrintWriter progress, int all) {
            this.client = client;
            this.chosen = chosen;
            this.runs = runs;
            this.progress = progress;
            this.all = all;
        }

        @Override
        public String obstacle(MeshHost host) {
            return client.obstacle(host.address(), port);
        }

        @Override
        public RunResult measure(MeshHost from, MeshHost to, TestKind test) throws IOException {
            RunResult run = client.measure(from.address(), port, new MeshOrder(to.address(), port, plan(chosen, test)));
            tell(from, to, test, run.verdict());
            return run;
        }

        @Override
        public RunResult failed(MeshHost from, MeshHost to, TestKind test, String reason) {
            RunResult run = RunAssembler.failed(Instant.now().truncatedTo(ChronoUnit.MILLIS).toString(),
                    plan(chosen, test).toParameters(to.address(), 1, List.of()), reason);
            tell(from, to, test, run.verdict());
            return run;
        }

        private void tell(MeshHost from, MeshHost to, TestKind test, Verdict verdict) {
            int number = done.incrementAndGet();
            if (progress != null) {
                synchronized (progress) {
                    progress.printf("%d of %d: %s > %s %s %s%n", number, all, from.id(), to.id(), test.label(), verdict.state().label());
                    progress.flush();
                }
            }
        }

        @Override
        public boolean interrupted() {
            return runs.interrupted();
        }
    }
}
