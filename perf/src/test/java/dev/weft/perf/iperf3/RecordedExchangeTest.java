package dev.weft.perf.iperf3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a stock client and a stock server of version 3.12 said to each other, byte by byte, played to either of our ends. */
class RecordedExchangeTest {
    private static final String COOKIE = "qszqb7gijcqcob6zm7ssf4q7cavqegrb3mmc\0";
    private static final String PARAMETERS = "{\"tcp\":true,\"omit\":0,\"time\":1,\"num\":0,\"blockcount\":0,\"parallel\":2,"
            + "\"len\":131072,\"pacing_timer\":1000,\"client_version\":\"3.12\"}";
    private static final String CLIENT_RESULTS = "{\"cpu_util_total\":18.366893918038247,\"cpu_util_user\":0,"
            + "\"cpu_util_system\":18.366893918038247,\"sender_has_retransmits\":1,\"congestion_used\":\"bbr\",\"streams\":["
            + "{\"id\":1,\"bytes\":352583680,\"retransmits\":0,\"jitter\":0,\"errors\":0,\"packets\":0,\"start_time\":0,"
            + "\"end_time\":1.001671},"
            + "{\"id\":3,\"bytes\":297533440,\"retransmits\":19,\"jitter\":0,\"errors\":0,\"packets\":0,\"start_time\":0,"
            + "\"end_time\":1.001675}]}";
    private static final String SERVER_RESULTS = "{\"cpu_util_total\":12.561760160847918,\"cpu_util_user\":0.80513629330434666,"
            + "\"cpu_util_system\":11.755826801543519,\"sender_has_retransmits\":18446744073709551615,\"congestion_used\":\"bbr\","
            + "\"streams\":[{\"id\":1,\"bytes\":351272960,\"retransmits\":18446744073709551615,\"jitter\":0,\"errors\":0,\"packets\":0,"
            + "\"start_time\":0,\"end_time\":1.002659},{\"id\":3,\"bytes\":296222720,\"retransmits\":1.8446744073709552e+19,\"jitter\":0,"
            + "\"errors\":0,\"packets\":0,\"start_time\":0,\"end_time\":1.00266}]}";

    private static byte[] document(String json) {
        byte[] text = json.getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(4 + text.length).putInt(text.length).put(text).array();
    }

    private static JsonNode readDocument(DataInputStream in) throws IOException {
        return new ObjectMapper().readTree(in.readNBytes(in.readInt()));
    }

    @Test
    void serverAnswersARecordedClient() throws Exception {
        try (RunningServer server = new RunningServer(Iperf3Server.Limits.DEFAULT);
                Socket control = new Socket(InetAddress.getLoopbackAddress(), server.port());
                Socket first = new Socket(InetAddress.getLoopbackAddress(), server.port());
                Socket second = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            DataInputStream in = new DataInputStream(control.getInputStream());
            OutputStream out = control.getOutputStream();
            out.write(COOKIE.getBytes(StandardCharsets.US_ASCII));
            assertEquals(9, in.readByte());
            out.write(document(PARAMETERS));
            assertEquals(10, in.readByte());
            first.getOutputStream().write(COOKIE.getBytes(StandardCharsets.US_ASCII));
            second.getOutputStream().write(COOKIE.getBytes(StandardCharsets.US_ASCII));
            assertEquals(1, in.readByte());
            assertEquals(2, in.readByte());
            out.write(4);
            assertEquals(13, in.readByte());
            out.write(document(CLIENT_RESULTS));
            JsonNode results = readDocument(in);
            assertEquals(1, results.path("streams").path(0).path("id").asInt());
            assertEquals(3, results.path("streams").path(1).path("id").asInt());
            assertEquals(-1, results.path("sender_has_retransmits").asInt());
            assertEquals(14, in.readByte());
            out.write(16);
            assertEquals(-1, in.read(), "the server closes the connection");
            TestReport report = server.reports.poll(10, TimeUnit.SECONDS);
            assertNull(report.failure());
            assertEquals(352583680, report.streams().getFirst().sender().bytes());
            assertEquals(19, report.streams().getLast().sender().retransmits());
        }
    }

    @Test
    void clientFollowsARecordedServer() throws Exception {
        try (ServerSocket listening = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            CompletableFuture<JsonNode> parameters = new CompletableFuture<>();
            Thread server = Thread.ofPlatform().start(() -> playServer(listening, parameters));
            TestReport report = new Iperf3Client(new InetSocketAddress(InetAddress.getLoopbackAddress(), listening.getLocalPort()),
                    new TestParameters(false, 2, false, false, 1, 0, 0, 131072, 1_000_000, 0, false, false, false, null, "test"),
                    interval -> { }).run();
            server.join();
            assertNull(report.failure());
            assertTrue(parameters.join().path("tcp").asBoolean());
            assertEquals(2, parameters.join().path("parallel").asInt());
            assertEquals(351272960, report.streams().getFirst().receiver().bytes());
            assertEquals(-1, report.streams().getFirst().receiver().retransmits(), "-1 as an unsigned number");
            assertEquals(-1, report.streams().getLast().receiver().retransmits(), "-1 as a rounded unsigned number");
        }
    }

    private static void playServer(ServerSocket listening, CompletableFuture<JsonNode> parameters) {
        try (Socket control = listening.accept()) {
            DataInputStream in = new DataInputStream(control.getInputStream());
            OutputStream out = control.getOutputStream();
            String cookie = new String(in.readNBytes(37), StandardCharsets.US_ASCII);
            out.write(9);
            parameters.complete(readDocument(in));
            out.write(10);
            try (Socket first = listening.accept(); Socket second = listening.accept()) {
                for (Socket data : new Socket[] {first, second}) {
                    assertEquals(cookie, new String(data.getInputStream().readNBytes(37), StandardCharsets.US_ASCII));
                }
                out.write(new byte[] {1, 2});
                assertEquals(4, in.readByte());
                out.write(13);
                assertEquals(2, readDocument(in).path("streams").size());
                out.write(document(SERVER_RESULTS));
                out.write(14);
                assertEquals(16, in.readByte());
            }
        } catch (IOException | AssertionError e) {
            parameters.completeExceptionally(e);
        }
    }
}
