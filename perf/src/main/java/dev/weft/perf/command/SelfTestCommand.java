package dev.weft.perf.command;

import dev.weft.linux.CpuAffinity;
import dev.weft.perf.control.Outcome;
import dev.weft.perf.control.RunAssembler;
import dev.weft.perf.control.TestPlan;
import dev.weft.perf.measure.AgentProbe;
import dev.weft.perf.measure.HostProbe;
import dev.weft.perf.measure.RunDelay;
import dev.weft.perf.model.Direction;
import dev.weft.perf.model.HistogramData;
import dev.weft.perf.model.Loop;
import dev.weft.perf.model.Parameters;
import dev.weft.perf.model.RunDocument;
import dev.weft.perf.model.RunResult;
import dev.weft.perf.model.TestKind;
import dev.weft.perf.output.Units;
import dev.weft.perf.rig.Engine;
import dev.weft.perf.rig.NanoClock;
import dev.weft.perf.rig.OpenLoopPinger;
import dev.weft.perf.rig.Schedule;
import dev.weft.perf.rig.WorkerThread;
import dev.weft.perf.transport.MemoryTransport;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code weft perf self-test}: what the open-loop rig itself adds to a latency, measured on messages that only cross a ring in memory. What
 * this finds is the smallest difference a measurement on this machine can show.
 */
@Command(name = "self-test", description = "Measure what the open-loop rig itself costs here, and say whether it may be trusted",
        sortOptions = false)
public final class SelfTestCommand implements Callable<Integer> {
    /** The rig is good enough while 99.9 % of its messages are less late than this. */
    static final long BAR_NANOS = 50_000;
    private static final int MESSAGE_BYTES = 64;
    private static final double MAX_RATE = 10e6;
    private static final String THREAD = "weft-perf-0";

    @Option(names = {"-t", "--time"}, paramLabel = "TIME", converter = Quantity.OfTime.class, defaultValue = "5s",
            description = "measured time (default: 5s)")
    private long durationNanos;

    @Option(names = {"-O", "--warm-up"}, paramLabel = "TIME", converter = Quantity.OfTime.class, defaultValue = "2s",
            description = "before the measured time (default: 2s)")
    private long warmUpNanos;

    @Option(names = {"-r", "--rate"}, paramLabel = "N", converter = Quantity.OfRate.class, defaultValue = "100k",
            description = "messages a second (default: 100k)")
    private double rate;

    @Option(names = {"-A", "--cpus"}, paramLabel = "LIST", converter = Quantity.OfCpus.class,
            description = "processor of the rig, which the rest of this process keeps off (default: the last one)")
    private Quantity.CpuList cpus = Quantity.CpuList.ANY;

    @Mixin
    private OutputOptions output;

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "show this help")
    private boolean help;

    @Spec
    private CommandSpec spec;

    private long waitedNanos = -1;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        output.check();
        TestPlan plan = new TestPlan("memory", TestKind.RR, MESSAGE_BYTES, 1, Direction.FORWARD, rate, durationNanos, 0, warmUpNanos,
                TimeUnit.SECONDS.toNanos(1), true, List.of(), Map.of(), 0);
        String problem = rate <= 0 || rate > MAX_RATE ? "a rate of " + rate + "; nearest: --rate 100k"
                : plan.problem(new MemoryTransport().traits());
        if (problem != null) {
            throw new ParameterException(spec.commandLine(), problem);
        }
        RunResult run = measure(plan);
        output.emit(out, RunDocument.of(RunDocument.Kind.RUN, ToolVersion.text(), "self-test of the open-loop rig", List.of(run)));
        HistogramData latency = run.latency() == null ? null : run.latency().corrected();
        boolean holds = latency != null && !run.verdict().missedRate() && latency.p999Nanos() < BAR_NANOS;
        PrintWriter err = spec.commandLine().getErr();
        err.println(latency == null ? "self-test: nothing was measured"
                : "self-test: the rig " + (holds ? "holds" : "does NOT hold") + " here: at " + Units.messageRate(rate) + " it adds "
                        + Units.time(latency.p50Nanos()) + " at p50 and " + Units.time(latency.p999Nanos()) + " at p99.9 (bar "
                        + Units.time(BAR_NANOS) + ")" + waited() + (holds ? "" : "; is the machine idle, and has it two processors?"));
        err.flush();
        return holds ? ExitCodes.OK : ExitCodes.MISSED;
    }

    /** A thread that waits for its processor is late through no fault of its own: 0.1 % of five seconds are 5 ms. */
    private String waited() {
        return waitedNanos < 0 ? "" : "; in that time the kernel let its thread wait for a processor for " + Units.time(waitedNanos);
    }

    private int processor() throws IOException {
        return cpus.cpus().isEmpty() ? Long.SIZE - 1 - Long.numberOfLeadingZeros(CpuAffinity.get()) : cpus.cpus().getFirst();
    }

    private RunResult measure(TestPlan plan) throws IOException {
        String startedAt = Instant.now().truncatedTo(ChronoUnit.MILLIS).toString();
        HostProbe probe = new HostProbe(ToolVersion.text(), new AgentProbe(Path.of("/nonexistent")));
        WorkerThread thread = new WorkerThread(THREAD, () -> new OpenLoopPinger(List.of(MemoryTransport.loopback(MESSAGE_BYTES)),
                NanoClock.SYSTEM, MESSAGE_BYTES, Long.MAX_VALUE, new Schedule(rate, 0, 1)), processor());
        try (Engine engine = new Engine("client", NanoClock.SYSTEM, List.of(thread))) {
            engine.open(TimeUnit.SECONDS.toNanos(5));
            long waitedBefore = RunDelay.nanos(THREAD);
            String early = engine.run(plan.timing(), interval -> output.interval(spec.commandLine().getOut(), "", interval));
            long waitedAfter = RunDelay.nanos(THREAD);
            waitedNanos = waitedBefore < 0 || waitedAfter < 0 ? -1 : waitedAfter - waitedBefore;
            engine.stopSending();
            engine.drain(Long.MAX_VALUE, TimeUnit.SECONDS.toNanos(1));
            Outcome outcome = new Outcome(early, engine.report(), null, List.of(), null, null, probe.environment(null), null, null, 0);
            Parameters parameters = new Parameters("memory", TestKind.RR, "self", MESSAGE_BYTES, 1, Direction.FORWARD, Loop.OPEN, rate,
                    durationNanos, null, warmUpNanos, plan.intervalNanos(), 1, "spin", List.of(processor()), List.of(), Map.of());
            return RunAssembler.assemble(startedAt, parameters, plan, List.of(outcome));
        }
    }
}
