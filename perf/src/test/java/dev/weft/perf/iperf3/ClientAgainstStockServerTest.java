package dev.weft.perf.iperf3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Our client drives the iperf3 that users have on the other end. */
class ClientAgainstStockServerTest {
    private final List<TestInterval> intervals = new ArrayList<>();

    private TestReport run(TestParameters parameters) throws Exception {
        try (StockIperf3 server = StockIperf3.server()) {
            TestReport report = new Iperf3Client(server.address(), parameters, intervals::add).run();
            assertNull(report.failure());
            assertEquals(0, server.exitStatus(), "the server saw a test that is whole");
            return report;
        }
    }

    private static TestParameters tcp(int parallel, boolean reverse, boolean both) {
        return new TestParameters(false, parallel, reverse, both, 1, 0, 0, 0, 0, 0, true, false, false, null, "test");
    }

    private static TestParameters udp(int parallel, boolean reverse, boolean wide) {
        return new TestParameters(true, parallel, reverse, false, 1, 0, 0, 1000, 8_000_000, 0, false, wide, false, null, "test");
    }

    private static void assertBothEndsCounted(TestReport report, int streams) {
        assertEquals(streams, report.streams().size());
        for (TestReport.Stream stream : report.streams()) {
            assertNotNull(stream.remote());
            assertTrue(stream.receiver().bytes() > 0, "received nothing");
            assertTrue(stream.sender().bytes() >= stream.receiver().bytes(), () -> "received more than was sent: " + stream);
        }
        assertNotNull(report.remoteCpu());
    }

    @Test
    void sendsOverOneTcpStream() throws Exception {
        TestReport report = run(tcp(1, false, false));
        assertBothEndsCounted(report, 1);
        assertTrue(report.sentBitsPerSecond(true) > 0);
        assertEquals(0, report.sentBitsPerSecond(false));
        assertEquals(intervals, report.intervals());
    }

    @Test
    void sendsOverManyTcpStreams() throws Exception {
        assertBothEndsCounted(run(tcp(8, false, false)), 8);
    }

    @Test
    void receivesInReverse() throws Exception {
        TestReport report = run(tcp(2, true, false));
        assertBothEndsCounted(report, 2);
        assertTrue(report.streams().stream().noneMatch(TestReport.Stream::sending));
    }

    @Test
    void sendsAndReceivesAtOnce() throws Exception {
        TestReport report = run(tcp(2, false, true));
        assertBothEndsCounted(report, 4);
        assertEquals(List.of(1, 3, 4, 5), report.streams().stream().map(stream -> stream.local().id()).toList());
        JsonNode end = Iperf3Text.json(report).path("end");
        assertTrue(end.path("sum_sent").path("bytes").asLong() > 0);
        assertTrue(end.path("sum_received_bidir_reverse").path("bytes").asLong() > 0);
    }

    @Test
    void stopsAfterTheBytesAskedFor() throws Exception {
        TestReport report = run(new TestParameters(false, 1, false, false, 0, 0, 10_000_000, 100_000, 0, 0, false, false, false, "bytes",
                "test"));
        assertEquals(10_000_000, report.streams().getFirst().sender().bytes());
    }

    @Test
    void keepsToTheRateAskedFor() throws Exception {
        TestReport report = run(new TestParameters(false, 1, false, false, 1, 0, 0, 1000, 4_000_000, 0, false, false, false, null, "test"));
        assertBothEndsCounted(report, 1);
        assertTrue(report.streams().getFirst().local().bytes() <= 501_000 * report.seconds(), () -> "too fast: " + report.streams());
    }

    @Test
    void leavesTheOmittedSecondOut() throws Exception {
        TestReport report = run(new TestParameters(false, 1, false, false, 1, 1, 0, 0, 80_000_000, 0, false, false, false, null, "test"));
        assertTrue(report.intervals().getFirst().omitted());
        long counted = report.intervals().stream().filter(interval -> !interval.omitted()).mapToLong(TestInterval::sent).sum();
        assertTrue(Math.abs(counted - report.streams().getFirst().local().bytes()) < 4_000_000, report::toString);
    }

    @Test
    void sendsNumberedDatagrams() throws Exception {
        TestReport report = run(udp(2, false, false));
        assertBothEndsCounted(report, 2);
        for (TestReport.Stream stream : report.streams()) {
            assertEquals(stream.local().packets() * 1000, stream.local().bytes());
            assertTrue(stream.remote().packets() <= stream.local().packets());
        }
        assertTrue(Iperf3Text.json(report).path("end").path("sum").path("packets").asLong() > 0);
    }

    @Test
    void countsDatagramsThatTheServerSends() throws Exception {
        TestReport report = run(udp(1, true, true));
        assertBothEndsCounted(report, 1);
        assertTrue(report.streams().getFirst().local().packets() > 0);
    }

    @Test
    void saysThatTheServerWentAwayAndKeepsWhatItHas() throws Exception {
        try (StockIperf3 server = StockIperf3.server()) {
            TestParameters parameters = new TestParameters(false, 1, false, false, 60, 0, 0, 0, 0, 0, false, false, false, null, "test");
            TestReport report = new Iperf3Client(server.address(), parameters, interval -> server.kill()).run();
            assertTrue(report.failure().startsWith("partial result: "), report.failure());
            assertTrue(report.streams().getFirst().local().bytes() > 0);
            assertNull(report.remoteCpu());
            assertTrue(Iperf3Text.report(report).contains("FAILED: partial result"));
        }
    }

    @Test
    void namesTheRemedyWhenThereIsNoServer() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        IOException failure = assertThrows(IOException.class, () -> new Iperf3Client(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port), tcp(1, false, false), intervals::add).run());
        assertTrue(failure.getMessage().contains("iperf3 -s -p " + port), failure.getMessage());
    }
}
