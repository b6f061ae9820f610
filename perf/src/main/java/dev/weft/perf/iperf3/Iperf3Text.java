package dev.weft.perf.iperf3;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;

/** A test as text for people, and as JSON in the shape of {@code iperf3 -J}, so that what reads the one reads the other. */
public final class Iperf3Text {
    private Iperf3Text() {
    }

    /** One line for one interval, without its end of line. */
    public static String line(TestInterval interval) {
        StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "[SUM] %6.2f-%-6.2f sec", interval.begin(), interval.end()));
        if (interval.sent() > 0 || interval.received() == 0) {
            line.append("  sent ").append(bytes(interval.sent())).append("  ").append(rate(interval.sent() * 8 / interval.seconds()));
        }
        if (interval.received() > 0) {
            line.append("  received ").append(bytes(interval.received())).append("  ")
                    .append(rate(interval.received() * 8 / interval.seconds()));
        }
        return line.append(interval.omitted() ? "  (omitted)" : "").toString();
    }

    /** The end of a test: every stream from both ends, sums, CPU. */
    public static String report(TestReport report) {
        StringBuilder text = new StringBuilder();
        for (TestReport.Stream stream : report.streams()) {
            text.append(side(stream.sender(), "sender", report.parameters().udp(), false));
            text.append(side(stream.receiver(), "receiver", report.parameters().udp(), true));
        }
        for (boolean sending : new boolean[] {true, false}) {
            if (report.streams().stream().anyMatch(stream -> stream.sending() == sending)) {
                text.append(String.format(Locale.ROOT, "[SUM] %s %s sender, %s receiver%n", sending ? "out" : "in ",
                        rate(report.sentBitsPerSecond(sending)), rate(report.receivedBitsPerSecond(sending))));
            }
        }
        text.append(String.format(Locale.ROOT, "CPU of one core: local %.1f%% (user %.1f%%, system %.1f%%)", report.localCpu().total(),
                report.localCpu().user(), report.localCpu().system()));
        if (report.remoteCpu() != null) {
            text.append(String.format(Locale.ROOT, ", remote %.1f%% (user %.1f%%, system %.1f%%)", report.remoteCpu().total(),
                    report.remoteCpu().user(), report.remoteCpu().system()));
        }
        text.append(System.lineSeparator());
        return report.failure() == null ? text.toString() : text + "FAILED: " + report.failure() + System.lineSeparator();
    }

    private static String side(Results.OfStream counts, String role, boolean udp, boolean receiver) {
        if (counts == null) {
            return "";
        }
        String line = String.format(Locale.ROOT, "[%3d] %.2f sec  %s  %s", counts.id(), counts.seconds(), bytes(counts.bytes()),
                rate(counts.bytes() * 8 / Math.max(1e-9, counts.seconds())));
        if (udp && receiver) {
            long lost = counts.errors() - counts.omittedErrors();
            long packets = counts.packets() - counts.omittedPackets();
            line += String.format(Locale.ROOT, "  jitter %.3f ms  lost %d/%d (%.2g%%)", counts.jitter() * 1e3, lost, packets,
                    packets > 0 ? 100.0 * lost / packets : 0);
        }
        return line + "  " + role + System.lineSeparator();
    }

    static String rate(double bitsPerSecond) {
        String[] units = {"bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s"};
        int unit = 0;
        while (bitsPerSecond >= 1000 && unit < units.length - 1) {
            bitsPerSecond /= 1000;
            unit++;
        }
        return String.format(Locale.ROOT, "%.2f %s", bitsPerSecond, units[unit]);
    }

    static String bytes(double count) {
        String[] units = {"B", "kB", "MB", "GB", "TB"};
        int unit = 0;
        while (count >= 1000 && unit < units.length - 1) {
            count /= 1000;
            unit++;
        }
        return String.format(Locale.ROOT, "%.2f %s", count, units[unit]);
    }

    /** In the shape of {@code iperf3 -J}; fields that cannot be known here (retransmits, congestion window) are left out. */
    public static ObjectNode json(TestReport report) {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        TestParameters parameters = report.parameters();
        ObjectNode start = root.putObject("start");
        start.put("version", "weft " + parameters.version()).put("cookie", report.cookie());
        start.putObject("timestamp").put("time", report.begin().toString()).put("timesecs", report.begin().getEpochSecond());
        start.putObject(report.server() ? "accepted_connection" : "connecting_to").put("host", report.peer());
        start.putObject("test_start").put("protocol", parameters.udp() ? "UDP" : "TCP").put("num_streams", parameters.parallel())
                .put("blksize", parameters.length()).put("omit", parameters.omitSeconds()).put("duration", parameters.seconds())
                .put("bytes", parameters.bytes()).put("blocks", 0).put("reverse", parameters.reverse() ? 1 : 0)
                .put("bidir", parameters.bidirectional() ? 1 : 0).put("target_bitrate", parameters.bitrate());
        ArrayNode intervals = root.putArray("intervals");
        for (TestInterval interval : report.intervals()) {
            ObjectNode entry = intervals.addObject();
            boolean out = interval.sent() > 0 || interval.received() == 0;
            sum(entry.putObject("sum"), interval.begin(), interval.end(), out ? interval.sent() : interval.received())
                    .put("omitted", interval.omitted()).put("sender", out);
            if (interval.sent() > 0 && interval.received() > 0) {
                sum(entry.putObject("sum_bidir_reverse"), interval.begin(), interval.end(), interval.received())
                        .put("omitted", interval.omitted()).put("sender", false);
            }
        }
        end(root.putObject("end"), report);
        if (report.failure() != null) {
            root.put("error", report.failure());
        }
        return root;
    }

    private static ObjectNode sum(ObjectNode node, double begin, double end, long bytes) {
        double seconds = Math.max(1e-9, end - begin);
        return node.put("start", begin).put("end", end).put("seconds", seconds).put("bytes", bytes)
                .put("bits_per_second", bytes * 8 / seconds);
    }

    private static void end(ObjectNode end, TestReport report) {
        ArrayNode streams = end.putArray("streams");
        boolean udp = report.parameters().udp();
        for (TestReport.Stream stream : report.streams()) {
            ObjectNode entry = streams.addObject();
            if (udp) {
                datagrams(entry.putObject("udp"), List.of(stream), report.seconds());
            } else {
                counted(entry, "sender", stream.sender());
                counted(entry, "receiver", stream.receiver());
            }
        }
        boolean both = report.parameters().bidirectional();
        boolean forward = both || report.parameters().reverse() == report.server();
        sums(end, report, forward, "");
        if (both) {
            sums(end, report, false, "_bidir_reverse");
        }
        ObjectNode cpu = end.putObject("cpu_utilization_percent");
        cpu.put("host_total", report.localCpu().total()).put("host_user", report.localCpu().user())
                .put("host_system", report.localCpu().system());
        if (report.remoteCpu() != null) {
            cpu.put("remote_total", report.remoteCpu().total()).put("remote_user", report.remoteCpu().user())
                    .put("remote_system", report.remoteCpu().system());
        }
    }

    private static void counted(ObjectNode entry, String name, Results.OfStream counts) {
        if (counts != null) {
            sum(entry.putObject(name), 0, counts.seconds(), counts.bytes());
        }
    }

    private static void sums(ObjectNode end, TestReport report, boolean sending, String suffix) {
        List<TestReport.Stream> streams = report.streams().stream().filter(stream -> stream.sending() == sending).toList();
        sum(end.putObject("sum_sent" + suffix), 0, report.seconds(), streams.stream().map(TestReport.Stream::sender)
                .filter(counts -> counts != null).mapToLong(Results.OfStream::bytes).sum());
        sum(end.putObject("sum_received" + suffix), 0, report.seconds(), streams.stream().map(TestReport.Stream::receiver)
                .filter(counts -> counts != null).mapToLong(Results.OfStream::bytes).sum());
        if (report.parameters().udp()) {
            datagrams(end.putObject("sum" + suffix), streams, report.seconds());
        }
    }

    private static void datagrams(ObjectNode node, List<TestReport.Stream> streams, double seconds) {
        long bytes = 0;
        long lost = 0;
        long packets = 0;
        double jitter = 0;
        for (TestReport.Stream stream : streams) {
            Results.OfStream counts = stream.receiver() != null ? stream.receiver() : stream.sender();
            bytes += counts.bytes();
            lost += counts.errors() - counts.omittedErrors();
            packets += counts.packets() - counts.omittedPackets();
            jitter = Math.max(jitter, counts.jitter());
        }
        sum(node, 0, seconds, bytes).put("jitter_ms", jitter * 1e3).put("lost_packets", lost).put("packets", packets)
                .put("lost_percent", packets > 0 ? 100.0 * lost / packets : 0);
    }
}
