package dev.weft.control;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Callers of every character on the agent's socket. */
class ControlServerTest {
    private static final String GET = "GET /v1/echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    private static final String LONG = "x".repeat(20 << 10);

    @TempDir
    Path directory;
    private final CountDownLatch gate = new CountDownLatch(1);
    private final AtomicInteger inside = new AtomicInteger();
    private final AtomicInteger undelivered = new AtomicInteger();
    private ControlServer server;
    private final List<SocketChannel> opened = new ArrayList<>();

    @BeforeEach
    void start() throws IOException {
        server = ControlServer.start(socket(), List.of(handler("/v1/echo", request -> new ControlResponse(200, request.body())),
                handler("/v1/slow", request -> {
                    inside.incrementAndGet();
                    gate.await();
                    return new ControlResponse(200, new byte[0]);
                }), handler("/v1/broken", request -> {
                    throw new IllegalStateException("a fault");
                })));
    }

    @AfterEach
    void stop() throws IOException {
        gate.countDown();
        for (SocketChannel each : opened) {
            each.close();
        }
        server.close();
    }

    @Test
    void shouldTellTheHandlerThatACallerWentBeforeItsAnswer() throws Exception {
        SocketChannel channel = connect();
        say(channel, "GET /v1/slow HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        await().until(() -> inside.get() == 1);
        channel.close();
        gate.countDown();
        await().until(() -> undelivered.get() == 1);
        assertTrue(ask(GET).startsWith("HTTP/1.1 200"));
        assertEquals(1, undelivered.get());
    }

    private interface Answer {
        ControlResponse to(ControlRequest request) throws Exception;
    }

    private ControlHandler handler(String path, Answer answer) {
        return new ControlHandler() {
            @Override
            public String path() {
                return path;
            }

            @Override
            public ControlResponse handle(ControlRequest request) throws Exception {
                return answer.to(request);
            }

            @Override
            public void undelivered(ControlRequest request, ControlResponse response) {
                undelivered.incrementAndGet();
            }
        };
    }

    private Path socket() {
        return directory.resolve("agent.sock");
    }

    private SocketChannel connect() throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        opened.add(channel);
        channel.connect(UnixDomainSocketAddress.of(socket()));
        return channel;
    }

    private static void say(SocketChannel channel, String text) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** Everything until the server closes. */
    private static String hear(SocketChannel channel) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
        while (channel.read(buffer.clear()) >= 0) {
            all.write(buffer.array(), 0, buffer.position());
        }
        return all.toString(StandardCharsets.ISO_8859_1);
    }

    private String ask(String request) throws IOException {
        SocketChannel channel = connect();
        say(channel, request);
        return hear(channel);
    }

    private static String post(String path, String body) {
        return "POST " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }

    @Test
    void shouldAnswerWhatItKnowsAndSayWhatItDoesNot() throws IOException {
        assertTrue(ask(post("/v1/echo", "hello")).endsWith("\r\n\r\nhello"));
        assertTrue(ask("GET /v1/nothing HTTP/1.1\r\nConnection: close\r\n\r\n").startsWith("HTTP/1.1 404"));
        assertTrue(ask("GET /v1/broken HTTP/1.1\r\nConnection: close\r\n\r\n").startsWith("HTTP/1.1 500"));
        assertTrue(ask("\0\1\2\3\r\n\r\n").startsWith("HTTP/1.1 400"));
        assertEquals("rw-rw----", java.nio.file.attribute.PosixFilePermissions.toString(Files.getPosixFilePermissions(socket())));
    }

    @Test
    void shouldTakeFourMebibytesAndNoByteMore() throws IOException {
        assertTrue(ask(post("/v1/echo", "x".repeat(ControlServer.MAX_REQUEST_BYTES))).startsWith("HTTP/1.1 200"));
        SocketChannel channel = connect();
        say(channel, "POST /v1/echo HTTP/1.1\r\nContent-Length: " + (ControlServer.MAX_REQUEST_BYTES + 1) + "\r\n\r\n");
        ByteBuffer answer = ByteBuffer.allocate(100);
        channel.read(answer);
        assertTrue(new String(answer.array(), StandardCharsets.ISO_8859_1).startsWith("HTTP/1.1 413"));
    }

    @Test
    void shouldAnswerTheRequestsOfOneCallerInTurnAndRefuseTheGarbageBehindThem() throws IOException {
        SocketChannel channel = connect();
        say(channel, "GET /v1/echo HTTP/1.1\r\nHost: x\r\n\r\n" + "GET /v1/echo HTTP/1.1\r\nHost: x\r\n\r\n" + "garbage\r\n\r\n");
        String all = hear(channel);
        assertEquals(2, all.split("HTTP/1.1 200", -1).length - 1, all);
        assertTrue(all.contains("HTTP/1.1 400"), all);
    }

    @Test
    void shouldDropACallerThatDribbles() throws Exception {
        SocketChannel channel = connect();
        AtomicInteger said = new AtomicInteger();
        await().pollInterval(Duration.ofMillis(200)).atMost(Duration.ofMinutes(1)).untilAsserted(() -> assertThrows(IOException.class,
                () -> say(channel, GET.substring(said.get() % 20, said.getAndIncrement() % 20 + 1))));
    }

    @Test
    void shouldServeACallerBehindAThousandSilentOnes() throws IOException {
        for (int i = 0; i < ControlServer.MAX_CALLERS + 400; i++) {
            connect();
        }
        assertTrue(ask(GET).startsWith("HTTP/1.1 200"));
    }

    @Test
    void shouldKeepSilentCallersWhileThereIsRoomForOthersBesideThem() throws IOException {
        List<SocketChannel> silent = new ArrayList<>();
        for (int i = 0; i < ControlServer.MAX_SERVED * 2; i++) {
            silent.add(connect());
        }
        assertTrue(ask(GET).startsWith("HTTP/1.1 200"));
        for (SocketChannel each : silent) { // none had to go first
            say(each, "GET /v1/echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
            assertTrue(hear(each).startsWith("HTTP/1.1 200"));
        }
    }

    @Test
    void shouldServeACallerBesideDribblersNoneOfWhomHasToGo() throws IOException {
        List<SocketChannel> dribblers = new ArrayList<>();
        for (int i = 0; i < ControlServer.MAX_SERVED * 2; i++) {
            dribblers.add(connect());
            say(dribblers.getLast(), GET.substring(0, 9));
        }
        assertTrue(ask(GET).startsWith("HTTP/1.1 200"));
        for (SocketChannel each : dribblers) {
            say(each, GET.substring(9));
            assertTrue(hear(each).startsWith("HTTP/1.1 200"));
        }
    }

    @Test
    void shouldServeShortAndLongRequestsBesideMoreLongOnesThanThereIsRoomFor() throws IOException {
        String unfinished = post("/v1/echo", LONG).substring(0, LONG.length());
        for (int i = 0; i < ControlServer.MAX_AT_LENGTH * 2; i++) {
            say(connect(), unfinished);
        }
        assertTrue(ask(GET).startsWith("HTTP/1.1 200"));
        assertTrue(ask(post("/v1/echo", LONG)).endsWith(LONG));
    }

    @Test
    void shouldServeLongRequestsOneAfterTheOtherOnOneConnection() throws IOException {
        SocketChannel channel = connect();
        String keepAlive = post("/v1/echo", LONG).replace("Connection: close\r\n", "");
        say(channel, keepAlive + keepAlive + post("/v1/echo", LONG));
        assertEquals(3, hear(channel).split("HTTP/1.1 200", -1).length - 1);
    }

    @Test
    void shouldLetACrowdWaitOutsideAndServeItAll() throws Exception {
        List<SocketChannel> crowd = new ArrayList<>();
        for (int i = 0; i < ControlServer.MAX_SERVED + 100; i++) {
            crowd.add(connect());
            say(crowd.getLast(), "GET /v1/slow HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        }
        await().until(() -> inside.get() >= ControlServer.MAX_SERVED);
        gate.countDown();
        for (SocketChannel each : crowd) {
            assertTrue(hear(each).startsWith("HTTP/1.1 200"));
        }
    }

    @Test
    void shouldReplaceASocketThatNobodyAnswersOnAndNoOther() throws IOException {
        assertThrows(IOException.class, () -> ControlServer.start(socket(), List.of()));
        assertTrue(ask(GET).startsWith("HTTP/1.1 200"));
        Path stale = directory.resolve("stale.sock");
        java.nio.channels.ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(stale)).close();
        ControlServer.start(stale, List.of()).close();
    }
}
