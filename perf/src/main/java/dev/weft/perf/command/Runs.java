package dev.weft.perf.command;

import dev.weft.agent.config.AgentConfig;
import dev.weft.perf.control.Outcome;
import dev.weft.perf.control.PerfClient;
import dev.weft.perf.control.RunAssembler;
import dev.weft.perf.control.TestPlan;
import dev.weft.perf.control.Transports;
import dev.weft.perf.measure.AgentProbe;
import dev.weft.perf.measure.HostProbe;
import dev.weft.perf.model.Direction;
import dev.weft.perf.model.Parameters;
import dev.weft.perf.model.RunDocument;
import dev.weft.perf.model.RunResult;
import dev.weft.perf.model.TestKind;
import dev.weft.perf.model.Verdict;
import dev.weft.perf.output.Progress;
import dev.weft.perf.transport.Reason;
import dev.weft.perf.transport.Transport;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Makes runs for the commands: repeats, progress, interruption by the user. */
final class Runs implements AutoCloseable {
    private static final long HOOK_PATIENCE_SECONDS = 10;
    private static final double NANOS_PER_SECOND = 1e9;

    private final Transports transports;
    private final TestOptions options;
    private final OutputOptions output;
    private final HostProbe probe;
    private final PrintWriter out;
    private final PrintWriter err;
    private final CountDownLatch over = new CountDownLatch(1);
    private final Thread hook;
    private volatile PerfClient current;
    private volatile boolean interrupted;

    Runs(Transports transports, TestOptions options, OutputOptions output, PrintWriter out, PrintWriter err) {
        this.transports = transports;
        this.options = options;
        this.output = output;
        this.out = out;
        this.err = err;
        probe = new HostProbe(ToolVersion.text(), new AgentProbe(output.agentSocket == null ? AgentConfig.DEFAULT_SOCKET
                : output.agentSocket));
        hook = new Thread(this::onInterrupt, "weft-perf-interrupt");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    HostProbe probe() {
        return probe;
    }

    /** Ctrl-C ends the run; what was measured is still shown, for which the JVM waits. */
    private void onInterrupt() {
        interrupted = true;
        PerfClient running = current;
        if (running != null) {
            running.stop("interrupted by the user");
        }
        try {
            over.await(HOOK_PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    boolean interrupted() {
        return interrupted;
    }

    /**
     * One run with its repeats.
     *
     * @param rate messages a second, 0 for a closed loop
     * @return a failed result when a later repeat could not begin
     * @throws IOException when not even the first could, with the reason and the remedy
     */
    RunResult run(String host, int port, Transport transport, TestKind test, int bytes, double rate, String role) throws IOException {
        return run(host, port, transport, test, bytes, rate, role, options);
    }

    /** The same with options of its own. */
    RunResult run(String host, int port, Transport transport, TestKind test, int bytes, double rate, String role, TestOptions asked)
            throws IOException {
        TestPlan plan = asked.plan(transport.name(), test, bytes, rate, 0);
        Parameters parameters = asked.parameters(plan, host);
        String startedAt = Instant.now().truncatedTo(ChronoUnit.MILLIS).toString();
        List<Outcome> outcomes = new ArrayList<>();
        for (int repeat = 0; repeat < asked.repeats && !interrupted; repeat++) {
            outcomes.add(once(host, port, asked.plan(transport.name(), test, bytes, rate, repeat), role));
        }
        return RunAssembler.assemble(startedAt, parameters, plan, outcomes).withRole(role);
    }

    private Outcome once(String host, int port, TestPlan plan, String role) throws IOException {
        double seconds = plan.count() > 0 ? 0 : (plan.durationNanos() + plan.warmUpNanos()) / NANOS_PER_SECOND;
        Progress progress = new Progress(err, System.console() != null && System.console().isTerminal(), seconds);
        boolean fromServer = !plan.isRoundTrip() && plan.direction() == Direction.FORWARD;
        PerfClient client = new PerfClient(host, port, transports, probe, options.cpus.cpus());
        current = client;
        try {
            return client.run(plan, (interval, server) -> {
                if (server == fromServer) {
                    output.interval(out, role, interval);
                    if (!output.quiet && !output.streams()) {
                        progress.show(interval);
                    }
                }
            });
        } finally {
            current = null;
            if (!output.quiet && !output.streams()) {
                progress.end();
            }
        }
    }

    /** Prints, writes, and judges. */
    int finish(RunDocument document) {
        int status = exitCode(document);
        try {
            output.emit(out, document);
        } catch (IOException e) {
            err.println("weft: " + Reason.of(e));
            return ExitCodes.FAILED;
        }
        return status;
    }

    /** The last step of a sweep over rates is meant to miss its rate; layers and meshes are worth having in part. */
    static int exitCode(RunDocument document) {
        List<RunResult> judged = document.runs();
        if (document.kind() == RunDocument.Kind.LAYERS || document.kind() == RunDocument.Kind.MESH) {
            boolean whole = judged.stream().allMatch(run -> run.verdict().state() == Verdict.State.COMPLETE);
            boolean nothing = judged.stream().allMatch(run -> run.verdict().state() == Verdict.State.FAILED);
            return nothing ? ExitCodes.FAILED : whole ? ExitCodes.OK : ExitCodes.PARTIAL;
        }
        if (document.kind() == RunDocument.Kind.SWEEP && judged.size() > 1 && judged.getLast().verdict().missedRate()) {
            judged = judged.subList(0, judged.size() - 1);
        }
        int status = ExitCodes.OK;
        for (RunResult run : judged) {
            Verdict verdict = run.verdict();
            int each = verdict.missedRate() ? ExitCodes.MISSED : verdict.state() == Verdict.State.FAILED ? ExitCodes.FAILED
                    : verdict.state() == Verdict.State.PARTIAL ? ExitCodes.PARTIAL : ExitCodes.OK;
            status = status == ExitCodes.FAILED || each == ExitCodes.OK ? status : each == ExitCodes.FAILED ? each : Math.max(status, each);
        }
        return status;
    }

    @Override
    public void close() {
        over.countDown();
        if (!interrupted) {
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException e) {
                interrupted = true; // the JVM is already ending
            }
        }
    }
}
