package dev.weft.perf.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.perf.control.Outcome;
import dev.weft.perf.control.PerfClient;
import dev.weft.perf.control.PerfException;
import dev.weft.perf.control.PerfServer;
import dev.weft.perf.control.RunAssembler;
import dev.weft.perf.control.TestPlan;
import dev.weft.perf.control.Transports;
import dev.weft.perf.measure.AgentProbe;
import dev.weft.perf.measure.HostProbe;
import dev.weft.perf.model.Direction;
import dev.weft.perf.model.Loop;
import dev.weft.perf.model.Parameters;
import dev.weft.perf.model.RunResult;
import dev.weft.perf.model.TestKind;
import dev.weft.perf.model.Totals;
import dev.weft.perf.model.Verdict;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Whole tests between a server and a client over one transport. */
public abstract class TransportRunsContract {
    private static final int BYTES = 64;

    @TempDir
    private Path folder;

    private PerfServer server;
    private Thread serving;

    /** What the server's process has. */
    protected abstract Transport serverSide();

    /** What the client's process has; by default the same. */
    protected Transport clientSide() {
        return serverSide();
    }

    protected abstract Map<String, String> options();

    /** Where the server is. */
    protected String host() {
        return "127.0.0.1";
    }

    @BeforeEach
    void serve() throws IOException {
        server = new PerfServer(new PerfServer.Settings(host(), 0, 0, false), Transports.of(serverSide()), probe(), line -> { });
        serving = Thread.ofPlatform().daemon().start(() -> {
            try {
                server.serve();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
        serving.join();
    }

    private HostProbe probe() {
        return new HostProbe("test", new AgentProbe(folder.resolve("no-agent")));
    }

    private TestPlan plan(TestKind test, Direction direction, int bytes, long count, long durationNanos, double rate) {
        return new TestPlan(serverSide().name(), test, bytes, 1, direction, rate, durationNanos, count, 0,
                TimeUnit.MILLISECONDS.toNanos(50), false, List.of(), options(), 0);
    }

    private RunResult run(TestPlan plan, PerfClient.IntervalListener listener) throws IOException {
        Outcome outcome = new PerfClient(host(), server.port(), Transports.of(clientSide()), probe(), List.of()).run(plan, listener);
        Parameters parameters = new Parameters(plan.transport(), plan.test(), host(), plan.messageBytes(), 1, plan.direction(),
                plan.isOpenLoop() ? Loop.OPEN : Loop.CLOSED, null, null, null, 0, plan.intervalNanos(), 1, "block", List.of(), List.of(),
                plan.options());
        return RunAssembler.assemble("", parameters, plan, List.of(outcome));
    }

    @ParameterizedTest
    @CsvSource({"THROUGHPUT, FORWARD", "THROUGHPUT, REVERSE", "THROUGHPUT, BOTH", "ONEWAY, FORWARD", "PPS, FORWARD", "RR, FORWARD"})
    void countsEveryMessageOfATest(TestKind test, Direction direction) throws IOException {
        boolean reliable = serverSide().traits().reliable();
        long count = reliable ? 2000 : 100; // more than a socket's buffer holds may be lost
        RunResult run = run(plan(test, direction, BYTES, count, 0, 0), (interval, fromServer) -> { });
        assertEquals(Verdict.State.COMPLETE, run.verdict().state(), run.verdict().reasons().toString());
        Totals totals = run.totals();
        long expected = direction == Direction.BOTH ? 2 * count : count;
        assertEquals(expected, totals.messages());
        assertEquals((test == TestKind.RR ? 2 : 1) * expected * BYTES, totals.bytes());
        assertEquals(0, totals.lost() + totals.duplicated() + totals.reordered());
        assertEquals(test == TestKind.RR || test == TestKind.ONEWAY ? expected : 0,
                run.latency() == null ? 0 : run.latency().raw().histogram().getTotalCount());
    }

    @Test
    void answersAnOpenLoop() throws IOException {
        RunResult run = run(plan(TestKind.RR, Direction.FORWARD, BYTES, 200, 0, 2000), (interval, fromServer) -> { });
        assertEquals(200, run.totals().received(), run.verdict().reasons().toString());
        assertEquals(200, run.latency().corrected().histogram().getTotalCount());
    }

    @Test
    void connectsAnewForEveryRequestOrSaysThatItCannot() throws IOException {
        TestPlan plan = plan(TestKind.CRR, Direction.FORWARD, BYTES, 20, 0, 0);
        if (serverSide().traits().connects()) {
            RunResult run = run(plan, (interval, fromServer) -> { });
            assertEquals(20, run.totals().messages(), run.verdict().reasons().toString());
        } else {
            PerfException refusal = assertThrows(PerfException.class, () -> run(plan, (interval, fromServer) -> { }));
            assertTrue(refusal.getMessage().contains("nearest: --test rr"), refusal.getMessage());
        }
    }

    @ParameterizedTest
    @EnumSource(value = TestKind.class, names = {"THROUGHPUT", "RR"})
    void keepsWhatItHasWhenTheServerGoesInTheMiddle(TestKind test) throws IOException {
        TestPlan plan = plan(test, Direction.FORWARD, BYTES, 0, TimeUnit.MINUTES.toNanos(10), 0);
        RunResult run = run(plan, (interval, fromServer) -> {
            if (fromServer == (test == TestKind.THROUGHPUT) && interval.messagesPerSecond() > 0) {
                server.close();
            }
        });
        assertEquals(Verdict.State.PARTIAL, run.verdict().state(), run.verdict().reasons().toString());
        assertTrue(run.verdict().reasons().getFirst().startsWith("ended early: "), run.verdict().reasons().toString());
        assertFalse(run.verdict().reasons().toString().contains("null"), run.verdict().reasons().toString());
        assertTrue(run.totals().messages() > 0);
    }

    @Test
    void refusesSizesItCannotCarryAndNamesTheNearest() {
        int most = serverSide().traits().maxMessageBytes();
        PerfException tooLarge = assertThrows(PerfException.class,
                () -> run(plan(TestKind.RR, Direction.FORWARD, most + 1, 1, 0, 0), (interval, fromServer) -> { }));
        assertTrue(tooLarge.getMessage().endsWith("nearest: --size " + most), tooLarge.getMessage());
        PerfException tooSmall = assertThrows(PerfException.class,
                () -> run(plan(TestKind.RR, Direction.FORWARD, 23, 1, 0, 0), (interval, fromServer) -> { }));
        assertTrue(tooSmall.getMessage().endsWith("nearest: --size 24"), tooSmall.getMessage());
    }
}
