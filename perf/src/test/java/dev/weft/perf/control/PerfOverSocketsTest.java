package dev.weft.perf.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.perf.command.PerfCommand;
import dev.weft.perf.measure.AgentProbe;
import dev.weft.perf.measure.HostProbe;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** The command as a user types it, against a server on loopback. */
class PerfOverSocketsTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private PerfServer server;
    private Thread serving;

    @BeforeEach
    void serve() throws IOException {
        server = new PerfServer(new PerfServer.Settings("127.0.0.1", 0, 0, false), Transports.installed(),
                new HostProbe("test", new AgentProbe(folder.resolve("no-agent"))), line -> { });
        serving = Thread.ofPlatform().daemon().start(() -> {
            try {
                server.serve();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
        serving.join();
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "udp", "unix"})
    void shouldCountEveryRoundTripOfEachTransport(String transport) throws IOException {
        JsonNode run = run("-T", transport, "--test", "rr", "--count", "500", "--size", "256");
        assertEquals("complete", run.path("verdict").path("state").asText(), err.toString());
        assertEquals(500, run.path("latency").path("raw").path("count").asInt());
        assertTrue(run.path("latency").path("raw").path("p50Nanos").asLong() > 0);
        assertEquals(transport, run.path("path").path("transport").asText());
    }

    @ParameterizedTest
    @CsvSource({"throughput, forward", "throughput, reverse", "oneway, forward", "crr, forward"})
    void shouldCompleteEachTestOverTcp(String test, String direction) throws IOException {
        JsonNode run = direction.equals("reverse") ? run("--test", test, "--count", "300", "-R") : run("--test", test, "--count", "300");
        assertEquals("complete", run.path("verdict").path("state").asText(), err.toString());
        assertEquals(300, run.path("totals").path("messages").asInt());
        assertEquals(direction, run.path("parameters").path("direction").asText());
    }

    @Test
    void shouldCallARunFailedThatMissedItsRate() throws IOException {
        JsonNode run = run("--test", "rr", "--rate", "90M", "--time", "200ms", "--warm-up", "0s");
        assertTrue(run.path("verdict").path("missedRate").asBoolean(), run.path("verdict").toString());
        assertEquals("failed", run.path("verdict").path("state").asText());
    }

    @Test
    void shouldSayWhereNobodyAnswers() throws IOException {
        int port = server.port();
        server.close();
        assertEquals(0, out.getBuffer().length());
        int status = execute("client", "127.0.0.1", "-p", "" + port, "--count", "1");
        assertTrue(status != 0);
        assertTrue(err.toString().contains("" + port), err.toString());
    }

    @Test
    void shouldNameTheNearestTransport() {
        assertEquals(2, execute("client", "127.0.0.1", "-p", "" + server.port(), "-T", "tcq", "--count", "1"));
        assertTrue(err.toString().contains("did you mean 'tcp'"), err.toString());
    }

    @Test
    void shouldDropAStrangerAndServeTheNext() throws IOException {
        try (Socket stranger = new Socket(InetAddress.getLoopbackAddress(), server.port()); InputStream in = stranger.getInputStream()) {
            stranger.getOutputStream().write("GET / HTTP/1.1\r\nHost: weft\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            in.readAllBytes(); // ends because the server closes
        }
        assertEquals("complete", run("--test", "rr", "--count", "10").path("verdict").path("state").asText());
    }

    @Test
    void shouldMeasureStepAfterStepWithoutFindingTheServerBusy() throws IOException {
        run("--test", "rr", "--count", "5", "--size", "24:1K:*2", "--repeat", "3");
        assertEquals(6, JSON.readTree(out.toString()).path("runs").size(), err.toString());
    }

    private JsonNode run(String... options) throws IOException {
        String[] words = new String[options.length + 7];
        System.arraycopy(new String[] {"client", "127.0.0.1", "-p", "" + server.port(), "--output", "json", "-q"}, 0, words, 0, 7);
        System.arraycopy(options, 0, words, 7, options.length);
        execute(words);
        return JSON.readTree(out.toString()).path("runs").path(0);
    }

    private int execute(String... words) {
        return new CommandLine(new PerfCommand()).setOut(new PrintWriter(out)).setErr(new PrintWriter(err))
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    err.write(String.valueOf(failure.getMessage()));
                    return 1;
                }).execute(words);
    }
}
