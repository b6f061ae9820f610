package dev.weft.perf.iperf3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Strangers, garbage and those who vanish: the server says no, and serves the next one. */
class HostilePeersTest {
    private static final Iperf3Server.Limits SHORT = new Iperf3Server.Limits(Duration.ofMillis(300), Duration.ofMillis(500),
            Duration.ofSeconds(1), Duration.ofMillis(500), 8);
    private static final byte[] COOKIE = ("a".repeat(36) + "\0").getBytes(StandardCharsets.US_ASCII);
    private RunningServer server;

    @BeforeEach
    void start() throws IOException {
        server = new RunningServer(SHORT);
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    private Socket connect() throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), server.port());
    }

    private void assertServesTheNext() throws Exception {
        TestParameters parameters = new TestParameters(false, 1, false, false, 0, 0, 1000, 1000, 0, 0, false, false, false, null, "test");
        TestReport report = new Iperf3Client(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()), parameters,
                interval -> { }).run();
        assertEquals(null, report.failure());
    }

    private String refusal() throws InterruptedException {
        String reason = server.refusals.poll(10, TimeUnit.SECONDS);
        assertTrue(reason != null, "nothing was refused");
        return reason;
    }

    private Socket introduced() throws IOException {
        Socket control = connect();
        control.getOutputStream().write(COOKIE);
        assertEquals(State.PARAM_EXCHANGE.wire(), control.getInputStream().read());
        return control;
    }

    private static byte[] document(String json) {
        byte[] text = json.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(4 + text.length).putInt(text.length).put(text).array();
    }

    @Test
    void whoSaysNothingIsSentAwayInTime() throws Exception {
        try (Socket silent = connect()) {
            assertEquals(-1, silent.getInputStream().read());
            assertTrue(refusal().contains("0 of 37 bytes"));
        }
        assertServesTheNext();
    }

    @Test
    void whoDripsIsSentAwayInTime() throws Exception {
        try (Socket slow = connect()) {
            slow.getOutputStream().write('x');
            assertTrue(refusal().contains("1 of 37 bytes"));
        }
        assertServesTheNext();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE, Integer.MAX_VALUE, 8193})
    void lengthsOfNoSenseAreRefusedBeforeAnythingIsAllocated(int length) throws Exception {
        try (Socket control = introduced()) {
            control.getOutputStream().write(ByteBuffer.allocate(4).putInt(length).array());
            assertTrue(refusal().contains("is not allowed"));
            DataInputStream in = new DataInputStream(control.getInputStream());
            assertEquals(State.SERVER_ERROR.wire(), in.readByte());
            assertEquals(Refusal.PARAMETERS, in.readInt());
        }
        assertServesTheNext();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "{\"tcp\":true,\"parallel\":129}|6", "{\"tcp\":true,\"parallel\":-1}|6", "{\"tcp\":true,\"parallel\":\"many\"}|6",
        "{\"tcp\":true,\"time\":86401}|5", "{\"tcp\":true,\"len\":1e30}|7", "{\"udp\":true,\"len\":15}|20",
        "{\"udp\":true,\"len\":65508}|20",
        "{\"tcp\":true,\"omit\":601}|12", "{\"sctp\":true}|18", "{\"tcp\":true,\"num\":-5}|114", "{}|114", "[]|114", "{\"tcp\":|114",
        "GET / HTTP/1.1|114", "{\"tcp\":true,\"window\":1e12}|8"})
    void parametersOutOfRangeAreAnsweredWithTheNumberIperf3HasForIt(String json, int code) throws Exception {
        try (Socket control = introduced()) {
            control.getOutputStream().write(document(json));
            DataInputStream in = new DataInputStream(control.getInputStream());
            assertEquals(State.SERVER_ERROR.wire(), in.readByte());
            assertEquals(code, in.readInt());
        }
        assertServesTheNext();
    }

    @Test
    void aClientWhoseStreamsDoNotComeIsSentAway() throws Exception {
        for (String protocol : List.of("tcp", "udp")) {
            try (Socket control = introduced()) {
                control.getOutputStream().write(document("{\"" + protocol + "\":true,\"parallel\":3}"));
                DataInputStream in = new DataInputStream(control.getInputStream());
                assertEquals(State.CREATE_STREAMS.wire(), in.readByte());
                assertEquals(State.SERVER_ERROR.wire(), in.readByte());
                assertEquals(Refusal.STREAM_ACCEPT, in.readInt());
            }
        }
        assertServesTheNext();
    }

    @Test
    void aStreamWithAnotherCookieIsNoneOfTheTest() throws Exception {
        try (Socket control = introduced(); Socket stranger = connect()) {
            control.getOutputStream().write(document("{\"tcp\":true}"));
            assertEquals(State.CREATE_STREAMS.wire(), control.getInputStream().read());
            stranger.getOutputStream().write(new byte[37]);
            assertEquals(State.ACCESS_DENIED.wire(), (byte) stranger.getInputStream().read());
            try (Socket own = connect()) {
                own.getOutputStream().write(COOKIE);
                assertEquals(State.TEST_START.wire(), control.getInputStream().read());
            }
        }
    }

    @Test
    void datagramsThatAreNoHelloOpenNoStream() throws Exception {
        try (Socket control = introduced(); DatagramSocket socket = new DatagramSocket()) {
            control.getOutputStream().write(document("{\"udp\":true}"));
            assertEquals(State.CREATE_STREAMS.wire(), control.getInputStream().read());
            for (byte[] garbage : List.of(new byte[0], new byte[4], new byte[1400])) {
                socket.send(new DatagramPacket(garbage, garbage.length, InetAddress.getLoopbackAddress(), server.port()));
            }
            assertEquals(State.SERVER_ERROR.wire(), (byte) control.getInputStream().read());
        }
        assertServesTheNext();
    }

    @Test
    void aClientThatVanishesInTheMiddleLeavesAPartialReport() throws Exception {
        try (Socket control = introduced(); Socket data = connect()) {
            control.getOutputStream().write(document("{\"tcp\":true,\"time\":60}"));
            assertEquals(State.CREATE_STREAMS.wire(), control.getInputStream().read());
            data.getOutputStream().write(COOKIE);
            assertEquals(State.TEST_START.wire(), control.getInputStream().read());
            assertEquals(State.TEST_RUNNING.wire(), control.getInputStream().read());
            control.setSoLinger(true, 0);
        }
        assertTrue(server.reports.poll(10, TimeUnit.SECONDS).failure().startsWith("partial result"));
        assertServesTheNext();
    }

    @Test
    void aClientThatFallsSilentInTheMiddleIsGivenUp() throws Exception {
        try (Socket control = introduced(); Socket data = connect()) {
            control.getOutputStream().write(document("{\"tcp\":true,\"time\":60}"));
            assertEquals(State.CREATE_STREAMS.wire(), control.getInputStream().read());
            data.getOutputStream().write(COOKIE);
            assertTrue(server.reports.poll(30, TimeUnit.SECONDS).failure().contains("no data moved"));
        }
        assertServesTheNext();
    }

    @Test
    void controlBytesOutOfPlaceEndTheTest() throws Exception {
        try (Socket control = introduced(); Socket data = connect()) {
            control.getOutputStream().write(document("{\"tcp\":true,\"time\":60}"));
            assertEquals(State.CREATE_STREAMS.wire(), control.getInputStream().read());
            data.getOutputStream().write(COOKIE);
            assertEquals(State.TEST_START.wire(), control.getInputStream().read());
            control.getOutputStream().write(99);
            assertTrue(server.reports.poll(10, TimeUnit.SECONDS).failure().contains("control byte 99"));
        }
        assertServesTheNext();
    }

    @Test
    void aThousandConnectionsThatSayNothingFillOnlyTheWaitingRoom() throws Exception {
        List<Socket> strangers = new ArrayList<>();
        try {
            for (int i = 0; i < 1000; i++) {
                strangers.add(connect());
            }
            for (Socket stranger : strangers) {
                assertEndsWithoutAnAnswer(stranger);
            }
            assertTrue(server.server.turnedAway() >= 900, () -> "turned away " + server.server.turnedAway());
        } finally {
            for (Socket stranger : strangers) {
                stranger.close();
            }
        }
        assertServesTheNext();
    }

    private static void assertEndsWithoutAnAnswer(Socket stranger) throws IOException {
        try {
            assertEquals(-1, stranger.getInputStream().read());
        } catch (java.net.SocketException reset) {
            assertTrue(reset.getMessage().contains("reset"), reset::toString);
        }
    }

    @Test
    void thePortInUseIsNamedWithTheRemedy() {
        IOException failure = assertThrows(IOException.class, () -> new Iperf3Server(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()), SHORT, server).close());
        assertTrue(failure.getMessage().contains("port " + server.port() + " is in use"), failure.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1 400 Bad Request\r\n", "SSH-2.0-OpenSSH_9.2\r\n", "\0\0\0\0"})
    void aServerThatSpeaksSomethingElseIsNamedSo(String greeting) throws Exception {
        try (ServerSocket other = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> greet(other, greeting));
            TestParameters parameters = new TestParameters(false, 1, false, false, 1, 0, 0, 0, 0, 0, false, false, false, null, "test");
            IOException failure = assertThrows(IOException.class, () -> new Iperf3Client(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), other.getLocalPort()), parameters, interval -> { }).run());
            assertTrue(failure.getMessage().contains("is it an iperf3?"), failure.getMessage());
        }
    }

    private static void greet(ServerSocket listening, String greeting) {
        try (Socket client = listening.accept()) {
            client.getOutputStream().write(greeting.getBytes(StandardCharsets.US_ASCII));
            client.getInputStream().readAllBytes();
        } catch (IOException reset) {
            // The client may hang up without having read everything.
        }
    }
}
