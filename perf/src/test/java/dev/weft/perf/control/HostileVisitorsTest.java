package dev.weft.perf.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.perf.measure.AgentProbe;
import dev.weft.perf.measure.HostProbe;
import dev.weft.perf.model.Direction;
import dev.weft.perf.model.TestKind;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who knocks at the port of {@code weft perf server} without being a client, and too many who are. */
class HostileVisitorsTest {
    private static final int CROWD = 1000;

    @TempDir
    private Path folder;

    private final ConcurrentLinkedQueue<String> log = new ConcurrentLinkedQueue<>();
    private PerfServer server;
    private Thread serving;

    @BeforeEach
    void serve() throws IOException {
        server = new PerfServer(new PerfServer.Settings("127.0.0.1", 0, 0, false), Transports.installed(), probe(), log::add);
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
        assertServesTheNext();
        server.close();
        serving.join();
    }

    private HostProbe probe() {
        return new HostProbe("test", new AgentProbe(folder.resolve("no-agent")));
    }

    private Outcome measure() throws IOException {
        TestPlan plan = new TestPlan("tcp", TestKind.RR, 64, 1, Direction.FORWARD, 0, 0, 10, 0, 1_000_000_000L, false, List.of(), Map.of(),
                0);
        return new PerfClient("127.0.0.1", server.port(), Transports.installed(), probe(), List.of()).run(plan, (a, b) -> { });
    }

    /** The room may still be full of those who have just gone. */
    private void assertServesTheNext() throws IOException {
        for (int attempt = 0;; attempt++) {
            try {
                assertEquals(10, measure().client().received());
                return;
            } catch (PerfException e) {
                assertTrue(attempt < 200, e.getMessage());
            }
        }
    }

    /** The line may come after the connection has ended. */
    private void assertLogged(String words) {
        Awaitility.await().untilAsserted(() -> assertTrue(log.stream().anyMatch(line -> line.contains(words)), log.toString()));
    }

    private Socket knock() throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), server.port());
    }

    private static void assertIsSentAway(Socket visitor) throws IOException {
        try (InputStream in = visitor.getInputStream()) {
            in.readAllBytes(); // ends because the server closes
        } catch (SocketException e) {
            assertEquals("Connection reset", e.getMessage());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET / HTTP/1.1\r\n\r\n", "WEFT-PERF \n", "WEFT-PERF one\n", "WEFT-PERF 99999999999\n", "\0\0\0\0", "\n",
        "WEFT-PERF 1111111111111111111111111111111111111111111111111111111111111111111111111111"})
    void whoIsNoClientIsSentAwayAndNamedInTheLog(String greeting) throws IOException {
        try (Socket stranger = knock()) {
            stranger.getOutputStream().write(greeting.getBytes(StandardCharsets.US_ASCII));
            assertIsSentAway(stranger);
        }
        assertLogged("127.0.0.1");
    }

    @Test
    void aClientOfAnotherVersionHearsOurs() throws IOException {
        try (Socket other = knock(); InputStream in = other.getInputStream()) {
            other.getOutputStream().write("WEFT-PERF 77\n".getBytes(StandardCharsets.US_ASCII));
            assertEquals("WEFT-PERF " + Wire.VERSION + "\n", new String(in.readAllBytes(), StandardCharsets.US_ASCII));
        }
        assertLogged("speaks version 77");
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 1, Integer.MAX_VALUE, Wire.MAX_REQUEST_BYTES + 1})
    void lengthsOfNoSenseAreRefusedBeforeAnythingIsAllocated(int length) throws IOException {
        try (Socket stranger = greeted()) {
            stranger.getOutputStream().write(ByteBuffer.allocate(Integer.BYTES).putInt(length).array());
            assertIsSentAway(stranger);
        }
        assertLogged("a message of " + length + " bytes");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{]", "{}", "[]", "{\"type\":\"result\"}", "{\"type\":\"test\"}",
        "{\"type\":\"test\",\"plan\":{\"test\":\"x\"}}",
        "{\"type\":\"test\",\"plan\":{\"transport\":\"tcp\",\"test\":\"rr\",\"direction\":\"forward\",\"streams\":2000000000}}"})
    void requestsOfNoSenseAreRefused(String request) throws IOException {
        try (Socket stranger = greeted()) {
            byte[] bytes = request.getBytes(StandardCharsets.UTF_8);
            stranger.getOutputStream().write(ByteBuffer.allocate(Integer.BYTES + bytes.length).putInt(bytes.length).put(bytes).array());
            assertIsSentAway(stranger);
        }
        assertFalse(log.toString().contains("null"), log.toString());
    }

    private Socket greeted() throws IOException {
        Socket stranger = knock();
        stranger.getOutputStream().write(("WEFT-PERF " + Wire.VERSION + "\n").getBytes(StandardCharsets.US_ASCII));
        int next = stranger.getInputStream().read();
        while (next != '\n') {
            next = stranger.getInputStream().read();
        }
        return stranger;
    }

    @Test
    void whoFallsSilentIsSentAway() throws IOException {
        try (Socket silent = knock()) {
            silent.getOutputStream().write("WEFT-".getBytes(StandardCharsets.US_ASCII));
            assertIsSentAway(silent);
        }
    }

    @Test
    void aThousandWhoSayNothingAndGoCostNothingLater() throws IOException {
        List<Socket> crowd = new ArrayList<>();
        for (int i = 0; i < CROWD; i++) {
            crowd.add(knock());
        }
        for (Socket each : crowd) {
            each.close();
        }
    }

    @Test
    void aThousandClientsAtOnceAreEachServedOrToldWhyNot() throws Exception {
        List<Future<Boolean>> answers = new ArrayList<>();
        try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < CROWD; i++) {
                answers.add(clients.submit(this::isServed));
            }
        }
        int served = 0;
        for (Future<Boolean> answer : answers) {
            served += answer.get() ? 1 : 0;
        }
        assertTrue(served > 0, "nobody was served");
    }

    /** @return false when told, in a sentence, why not */
    private boolean isServed() throws IOException {
        try {
            return measure().client().received() == 10;
        } catch (PerfException e) {
            String said = e.getMessage();
            assertTrue(said.contains("busy with a test") || said.contains("too many clients at once") || said.contains("did not answer")
                    || said.contains("does not answer") || said.contains("cannot be reached"), said);
            return false;
        }
    }
}
