package dev.weft.perf.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.perf.command.ExitCodes;
import dev.weft.perf.command.PerfCommand;
import dev.weft.perf.measure.AgentProbe;
import dev.weft.perf.measure.HostProbe;
import dev.weft.perf.model.Direction;
import dev.weft.perf.model.TestKind;
import dev.weft.perf.model.Totals;
import dev.weft.perf.model.Verdict;
import dev.weft.perf.rig.EndReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The command as a user types it, against what only looks like a server. */
class HostileServersTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private ServerSocket listening;

    /** What the server does with its one visitor. */
    private interface Script {
        void run(Wire wire) throws IOException;
    }

    @BeforeEach
    void listen() throws IOException {
        listening = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void close() throws IOException {
        listening.close();
    }

    private int client(Script script, String... options) throws Exception {
        CompletableFuture<Void> server = CompletableFuture.runAsync(() -> {
            try (Socket visitor = listening.accept(); Wire wire = new Wire(visitor, Wire.MAX_REQUEST_BYTES)) {
                script.run(wire);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        int status = execute(listening.getLocalPort(), options);
        server.join();
        return status;
    }

    private int execute(int port, String... options) {
        String[] words = new String[options.length + 7];
        System.arraycopy(new String[] {"client", "127.0.0.1", "-p", "" + port, "--output", "json", "-q"}, 0, words, 0, 7);
        System.arraycopy(options, 0, words, 7, options.length);
        return new CommandLine(new PerfCommand()).setOut(new PrintWriter(out)).setErr(new PrintWriter(err))
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    err.write(String.valueOf(failure.getMessage()));
                    return ExitCodes.FAILED;
                }).execute(words);
    }

    private static void greet(Wire wire) throws IOException {
        assertEquals(Wire.VERSION, wire.readGreeting(5000));
        wire.sendGreeting(Wire.VERSION);
        assertEquals("test", Wire.type(wire.receive(5000)));
    }

    @Test
    void anotherVersionIsNamedWithTheRemedy() throws Exception {
        int status = client(wire -> {
            wire.readGreeting(5000);
            wire.sendGreeting(99);
        }, "--count", "1");
        assertEquals(ExitCodes.FAILED, status);
        assertTrue(err.toString().contains("speaks version 99") && err.toString().contains("use the same weft at both ends"),
                err.toString());
    }

    @Test
    void aClosedUdpPortBehindAServerIsNamedInASentence() throws Exception {
        int closed;
        try (DatagramSocket taken = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            closed = taken.getLocalPort();
        }
        int status = client(wire -> {
            greet(wire);
            var ready = Wire.message("ready").put("token", 1);
            ready.putArray("addresses").add("" + closed);
            wire.send(ready);
            wire.receive(5000); // until the client has gone
        }, "-T", "udp", "--count", "1");
        assertEquals(ExitCodes.FAILED, status);
        String said = err.toString();
        assertTrue(said.contains("port " + closed) && said.contains("nothing listens on that port") && said.contains("firewall"), said);
        assertFalse(said.contains("null"), said);
    }

    @Test
    void aServerThatOpensTooFewStreamsIsNamed() throws Exception {
        int status = client(wire -> {
            greet(wire);
            var ready = Wire.message("ready").put("token", 1);
            ready.putArray("addresses");
            wire.send(ready);
        }, "--count", "1");
        assertEquals(ExitCodes.FAILED, status);
        assertTrue(err.toString().contains("opened 0 of 1 streams"), err.toString());
    }

    @Test
    void aServerThatGoesBeforeTheStartIsNamed() throws Exception {
        int status = client(HostileServersTest::greet, "--count", "1");
        assertEquals(ExitCodes.FAILED, status);
        assertTrue(err.toString().contains("answered 'end of the connection' instead of 'ready'"), err.toString());
    }

    @Test
    void withoutRoomForTheResultTheFiguresAreStillPrinted() throws Exception {
        try (PerfServer server = new PerfServer(new PerfServer.Settings("127.0.0.1", 0, 0, true), Transports.installed(),
                new HostProbe("test", new AgentProbe(folder.resolve("none"))), line -> { })) {
            Thread serving = Thread.ofVirtual().start(() -> {
                try {
                    server.serve();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            int status = execute(server.port(), "--test", "rr", "--count", "10", "--save", folder.resolve("full/run.json").toString());
            assertEquals(ExitCodes.FAILED, status);
            assertTrue(err.toString().contains("cannot write"), err.toString());
            JsonNode run = JSON.readTree(out.toString()).path("runs").path(0);
            assertEquals(10, run.path("latency").path("raw").path("count").asInt());
            serving.join();
        }
    }

    @Test
    void aWallClockThatWasMovedIsToldAndChangesNoFigure() {
        EndReport client = new EndReport(1, 640, 10, 10, -1, 10, 10, 0, 0, 0, 0, null, null, null, List.of(), null, "");
        TestPlan plan = new TestPlan("tcp", TestKind.RR, 64, 1, Direction.FORWARD, 0, 1, 0, 0, 1,
                false, List.of(), Map.of(), 0);
        var totals = new Totals(1, 640, 10, 640, 10, 10, 10, 0, 0, 0, null);
        Verdict verdict = RunAssembler.verdict(plan, new Outcome(null, client, client, List.of(), null, null, null, null, null, -3_600_000),
                totals);
        assertEquals(Verdict.State.COMPLETE, verdict.state());
        assertTrue(verdict.reasons().getFirst().contains("moved by -3600000 ms"), verdict.reasons().toString());
    }
}
