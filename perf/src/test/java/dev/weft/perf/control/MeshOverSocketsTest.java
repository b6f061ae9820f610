package dev.weft.perf.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.perf.command.PerfCommand;
import dev.weft.perf.measure.AgentProbe;
import dev.weft.perf.measure.HostProbe;
import dev.weft.perf.model.Direction;
import dev.weft.perf.model.TestKind;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Three hosts as three loopback addresses with one port, the command as a user types it, and strangers. */
class MeshOverSocketsTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String SECRET = "only those who measure know it";

    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final List<PerfServer> servers = new ArrayList<>();
    private final List<String> log = Collections.synchronizedList(new ArrayList<>());
    private Path token;
    private Path hosts;
    private int port;

    @BeforeEach
    void write() throws IOException {
        token = secret("token", SECRET);
        hosts = Files.writeString(folder.resolve("hosts.yaml"), """
                hosts:
                  - {id: host-a, address: 127.0.0.1}
                  - {id: host-b, address: 127.0.0.2}
                  - {id: host-c, address: 127.0.0.3}
                """);
    }

    private Path secret(String name, String content) throws IOException {
        Path file = Files.writeString(folder.resolve(name), content);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    private void serve(String address, PerfServer.Mesh mesh) throws IOException {
        PerfServer server = new PerfServer(new PerfServer.Settings(address, port, 0, false, mesh), Transports.installed(),
                new HostProbe("test", new AgentProbe(folder.resolve("no-agent"))), log::add);
        port = server.port();
        servers.add(server);
        Thread.ofPlatform().daemon().start(() -> {
            try {
                server.serve();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
    }

    private void serveAll() throws IOException {
        for (String address : List.of("127.0.0.1", "127.0.0.2", "127.0.0.3")) {
            serve(address, new PerfServer.Mesh(MeshToken.read(token), Set.of()));
        }
    }

    @AfterEach
    void stop() {
        servers.forEach(PerfServer::close);
    }

    @Test
    void hostsMeasureTowardsOneAnother() throws IOException {
        serveAll();
        int status = mesh(token, "--tests", "rr");
        JsonNode document = JSON.readTree(out.toString());
        assertEquals(0, status, document.path("runs").findValues("verdict").toString());
        assertEquals("mesh", document.path("kind").asText());
        assertEquals(6, document.path("runs").size());
        assertEquals("host-a>host-b", document.path("runs").path(0).path("role").asText());
        assertTrue(document.path("runs").path(0).path("path").path("description").asText().contains("127.0.0.2"));
        assertEquals(6, document.path("mesh").path("measured").asInt());
        assertTrue(document.path("mesh").path("worst").path("ratio").asDouble() >= 1);
    }

    @Test
    void aHostWithoutServerIsMarkedAndTheOthersAreMeasured() throws IOException {
        serve("127.0.0.1", new PerfServer.Mesh(MeshToken.read(token), Set.of()));
        serve("127.0.0.2", new PerfServer.Mesh(MeshToken.read(token), Set.of()));
        serve("127.0.0.3", null);
        assertEquals(3, mesh(token), err.toString());
        JsonNode document = JSON.readTree(out.toString());
        JsonNode summary = document.path("mesh");
        assertEquals("throughput", document.path("runs").path(1).path("parameters").path("test").asText(), "both tests in turn");
        assertEquals(2, summary.path("measured").asInt());
        assertEquals(4, summary.path("missing").size());
        assertTrue(summary.path("missing").path(0).asText().contains("--mesh TOKEN_FILE"), summary.toString());
    }

    @Test
    void whoDoesNotKnowTheTokenHasNothingMeasured() throws IOException {
        serveAll();
        assertEquals(1, mesh(secret("other", "somebody else's secret")));
        assertTrue(JSON.readTree(out.toString()).path("mesh").path("missing").path(0).asText().contains("token"), out.toString());
        assertEquals(12, log.stream().filter(line -> line.contains("does not know the token")).count(), log.toString());
        assertTrue(log.stream().noneMatch(line -> line.contains("test from")), "no host was measured to: " + log);
    }

    @Test
    void aServerMeasuresOnlyTowardsTheHostsOfItsList() throws IOException {
        serve("127.0.0.1", new PerfServer.Mesh(MeshToken.read(token), Set.of(InetAddress.ofLiteral("127.0.0.2"))));
        MeshClient client = new MeshClient(MeshToken.read(token));
        for (String host : List.of("127.0.0.9", "localhost")) {
            String message = assertThrows(IOException.class,
                    () -> client.measure("127.0.0.1", port, new MeshOrder(host, port, plan(100_000_000L, 1)))).getMessage();
            assertTrue(message.contains("list of hosts"), message);
        }
    }

    @Test
    void aServerMeasuresForNobodyUnlessToldTo() throws IOException {
        serve("127.0.0.1", null);
        MeshClient client = new MeshClient(MeshToken.read(token));
        assertTrue(client.obstacle("127.0.0.1", port).contains("--mesh"));
        String message = assertThrows(IOException.class,
                () -> client.measure("127.0.0.1", port, new MeshOrder("127.0.0.1", port, plan(100_000_000L, 1)))).getMessage();
        assertTrue(message.contains("measures for nobody"), message);
    }

    @Test
    void aServerThatIsNobodysPerfServerGetsNoTraffic() throws Exception {
        serve("127.0.0.1", new PerfServer.Mesh(MeshToken.read(token), Set.of()));
        try (java.net.ServerSocket victim = new java.net.ServerSocket(0, 8, InetAddress.ofLiteral("127.0.0.1"))) {
            Thread silent = Thread.ofVirtual().start(() -> {
                try (var visitor = victim.accept()) {
                    log.add("the victim got " + new String(visitor.getInputStream().readAllBytes()).strip());
                } catch (IOException e) {
                    log.add("the victim got an error: " + e);
                }
            });
            MeshClient client = new MeshClient(MeshToken.read(token));
            assertThrows(IOException.class, () -> client.measure("127.0.0.1", port,
                    new MeshOrder("127.0.0.1", victim.getLocalPort(), plan(100_000_000L, 1))));
            silent.join();
        }
        assertTrue(log.contains("the victim got WEFT-PERF 1"), log.toString());
    }

    @Test
    void ordersAreLimited() {
        assertNull(new MeshOrder("host", 1, plan(1_000_000_000L, 1)).problem());
        assertTrue(new MeshOrder("host", 1, plan(61_000_000_000L, 1)).problem().contains("nearest: --time"));
        assertTrue(new MeshOrder("host", 1, plan(1_000_000_000L, 100)).problem().contains("nearest: --streams 8"));
        assertTrue(new MeshOrder(" ", 0, null).problem().contains("lacks"));
    }

    @Test
    void aProofHoldsForOneNonceAndOneRequest() throws IOException {
        MeshToken known = MeshToken.of(SECRET, "test");
        String proof = known.proof("nonce", "request");
        assertTrue(known.accepts("nonce", "request", proof));
        assertFalse(known.accepts("another", "request", proof));
        assertFalse(known.accepts("nonce", "another", proof));
        assertFalse(MeshToken.of("another secret of some length", "test").accepts("nonce", "request", proof));
    }

    @Test
    void tokenFilesThatProtectNothingAreRefused() throws IOException {
        assertTrue(assertThrows(IOException.class, () -> MeshToken.read(folder.resolve("none"))).getMessage().contains("urandom"));
        Path weak = secret("short", "1234");
        assertTrue(assertThrows(IOException.class, () -> MeshToken.read(weak)).getMessage().contains("shorter"));
        Files.setPosixFilePermissions(token, PosixFilePermissions.fromString("rw-r--r--"));
        assertTrue(assertThrows(IOException.class, () -> MeshToken.read(token)).getMessage().contains("chmod 600"));
    }

    private static TestPlan plan(long nanos, int streams) {
        return new TestPlan("tcp", TestKind.RR, 64, streams, Direction.FORWARD, 0, nanos, 0, 0, 1_000_000_000L, false, null, null, 0);
    }

    private int mesh(Path secret, String... more) {
        List<String> words = new ArrayList<>(List.of("mesh", "--token", secret.toString(), "--hosts", hosts.toString(), "-p", "" + port,
                "-t", "1s", "-O", "0s", "--parallel", "2", "-q", "--output", "json"));
        words.addAll(List.of(more));
        return new CommandLine(new PerfCommand()).setOut(new PrintWriter(out)).setErr(new PrintWriter(err))
                .execute(words.toArray(String[]::new));
    }
}
