package dev.weft.perf.iperf3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The iperf3 that users have runs against our server. */
class ServerForStockClientsTest {
    private RunningServer server;

    @BeforeEach
    void start() throws IOException {
        server = new RunningServer(Iperf3Server.Limits.DEFAULT);
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    private JsonNode client(String... options) throws Exception {
        JsonNode report = StockIperf3.client(server.port(), options);
        assertFalse(report.has("error"), () -> report.path("error").asText());
        return report.path("end");
    }

    private TestReport ours() throws InterruptedException {
        TestReport report = server.reports.poll(10, TimeUnit.SECONDS);
        assertEquals(null, report.failure());
        return report;
    }

    private static void assertMoved(JsonNode end, String suffix) {
        long sent = end.path("sum_sent" + suffix).path("bytes").asLong();
        long received = end.path("sum_received" + suffix).path("bytes").asLong();
        assertTrue(received > 0 && sent >= received, () -> end.toPrettyString());
    }

    @Test
    void receivesOneStream() throws Exception {
        assertMoved(client("-t1"), "");
        TestReport report = ours();
        assertTrue(report.streams().getFirst().local().bytes() > 0);
        assertEquals("3.12", report.parameters().version());
    }

    @Test
    void receivesManyStreams() throws Exception {
        JsonNode end = client("-t1", "-P", "8");
        assertEquals(8, end.path("streams").size());
        assertMoved(end, "");
    }

    @Test
    void sendsInReverse() throws Exception {
        assertMoved(client("-t1", "-R", "-P", "2"), "");
        assertTrue(ours().streams().stream().allMatch(TestReport.Stream::sending));
    }

    @Test
    void sendsAndReceivesAtOnce() throws Exception {
        JsonNode end = client("-t1", "--bidir", "-P", "2");
        assertEquals(4, end.path("streams").size());
        assertMoved(end, "");
        assertMoved(end, "_bidir_reverse");
    }

    @Test
    void paces() throws Exception {
        JsonNode end = client("-t1", "-R", "-b", "8M", "-l", "4K");
        assertMoved(end, "");
        assertTrue(end.path("sum_sent").path("bits_per_second").asDouble() < 8_300_000, () -> end.path("sum_sent").toString());
    }

    @Test
    void endsAfterTheBytesTheClientWants() throws Exception {
        assertMoved(client("-n", "5M", "-R"), "");
        assertMoved(client("-n", "5M"), "");
    }

    @Test
    void receivesDatagrams() throws Exception {
        JsonNode end = client("-u", "-t1", "-b", "8M", "-l", "1000", "-P", "2");
        assertTrue(end.path("sum").path("packets").asLong() > 0, end::toPrettyString);
        assertTrue(ours().streams().stream().allMatch(stream -> stream.local().packets() > 0));
    }

    @Test
    void sendsDatagramsWithWideCounters() throws Exception {
        JsonNode end = client("-u", "-t1", "-b", "8M", "-R", "--udp-counters-64bit");
        assertTrue(end.path("sum").path("packets").asLong() > 0, end::toPrettyString);
        assertEquals(0, end.path("sum").path("lost_packets").asLong() / Math.max(1, end.path("sum").path("packets").asLong()));
    }

    @Test
    void omitsTheBeginning() throws Exception {
        JsonNode end = client("-t1", "-O", "1", "-b", "80M");
        // What was sent in the part left out may arrive after it, so more may be received than was sent.
        assertTrue(end.path("sum_sent").path("bytes").asLong() > 0, end::toPrettyString);
        assertTrue(end.path("sum_received").path("bytes").asLong() > 0, end::toPrettyString);
        assertTrue(ours().intervals().getFirst().omitted());
    }

    @Test
    void tellsTheClientItsOwnReport() throws Exception {
        JsonNode report = StockIperf3.client(server.port(), "-t1", "--get-server-output");
        assertTrue(report.path("server_output_text").asText().contains("receiver"), report::toPrettyString);
    }

    @Test
    void refusesSctpInWordsTheClientKnows() throws Exception {
        JsonNode report = StockIperf3.client(server.port(), "--sctp", "-t1");
        assertTrue(report.path("error").asText().contains("SCTP"), report::toPrettyString);
    }

    @Test
    void tellsASecondClientThatItIsBusy() throws Exception {
        Thread first = Thread.ofPlatform().start(() -> {
            try {
                client("-t2");
            } catch (Exception e) {
                server.refusals.add(e.toString());
            }
        });
        server.begun.acquire();
        JsonNode second = StockIperf3.client(server.port(), "-t1");
        assertTrue(second.path("error").asText().contains("busy"), second::toPrettyString);
        first.join();
        assertTrue(ours().streams().getFirst().local().bytes() > 0, "the first test went on");
    }
}
