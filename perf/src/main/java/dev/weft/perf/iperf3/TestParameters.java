package dev.weft.perf.iperf3;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * What one iperf3 test is about, as client and server agree on it.
 *
 * @param udp datagrams instead of a TCP stream
 * @param parallel streams in one direction, 1 to 128
 * @param reverse the server sends
 * @param bidirectional both send, over twice as many streams
 * @param seconds how long, 0 when {@code bytes} ends the test; 0 to 86400
 * @param omitSeconds what the beginning is cut by, 0 to 600; comes before {@code seconds}
 * @param bytes in all streams together, 0 when {@code seconds} ends the test
 * @param length bytes of one write or one datagram
 * @param bitrate bits/s of one stream, 0 for as fast as it goes
 * @param window socket buffer in bytes, 0 for the system's
 * @param noDelay TCP_NODELAY on data streams
 * @param wideCounters 64-bit sequence numbers in datagrams
 * @param serverOutput the client wants the server's own report with the results
 * @param title the user's words for this test, may be null
 * @param version the client's
 */
public record TestParameters(boolean udp, int parallel, boolean reverse, boolean bidirectional, int seconds, int omitSeconds, long bytes,
        int length, long bitrate, int window, boolean noDelay, boolean wideCounters, boolean serverOutput, String title, String version) {
    static final int MAX_SECONDS = 86_400;
    static final int MAX_OMIT_SECONDS = 600;
    static final int MAX_STREAMS = 128;
    static final int MAX_TCP_LENGTH = 1024 * 1024;
    static final int MAX_DATAGRAM = 65_507;
    static final int MIN_DATAGRAM = 16;
    static final int MAX_WINDOW = 512 * 1024 * 1024;
    private static final int DEFAULT_TCP_LENGTH = 128 * 1024;
    private static final int DEFAULT_DATAGRAM = 1460;

    public TestParameters {
        if (length == 0) {
            length = udp ? DEFAULT_DATAGRAM : DEFAULT_TCP_LENGTH;
        }
    }

    ObjectNode json() {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put(udp ? "udp" : "tcp", true).put("omit", omitSeconds).put("time", seconds).put("num", bytes).put("blockcount", 0);
        node.put("parallel", parallel).put("len", length).put("pacing_timer", 1000).put("client_version", version);
        if (noDelay) {
            node.put("nodelay", true);
        }
        if (reverse) {
            node.put("reverse", true);
        }
        if (bidirectional) {
            node.put("bidirectional", true);
        }
        if (window > 0) {
            node.put("window", window);
        }
        if (bitrate > 0) {
            node.put("bandwidth", bitrate);
        }
        if (wideCounters) {
            node.put("udp_counters_64bit", 1);
        }
        if (title != null) {
            node.put("title", title);
        }
        return node;
    }

    /** @throws ProtocolException with iperf3's number when something is out of its range or not supported here */
    static TestParameters of(JsonNode node) throws ProtocolException {
        if (node.path("sctp").asBoolean()) {
            throw new ProtocolException("SCTP is not supported; use TCP or UDP", Refusal.SCTP);
        }
        boolean udp = node.path("udp").asBoolean();
        if (!udp && !node.path("tcp").asBoolean()) {
            throw new ProtocolException("the parameters name neither tcp nor udp");
        }
        int length = number(node, "len", 0, udp ? MAX_DATAGRAM : MAX_TCP_LENGTH, udp ? Refusal.UDP_BLOCK_SIZE : Refusal.BLOCK_SIZE);
        if (udp && length != 0 && length < MIN_DATAGRAM) {
            throw new ProtocolException("datagrams of " + length + " bytes have no room for a sequence number", Refusal.UDP_BLOCK_SIZE);
        }
        long bytes = big(node, "num");
        long blocks = big(node, "blockcount");
        if (blocks > 0 && length > 0) {
            bytes = Math.multiplyExact(Math.min(blocks, Integer.MAX_VALUE), (long) length);
        }
        return new TestParameters(udp, number(node, "parallel", 1, MAX_STREAMS, Refusal.STREAMS), node.path("reverse").asBoolean(),
                node.path("bidirectional").asBoolean(), number(node, "time", 0, MAX_SECONDS, Refusal.DURATION),
                number(node, "omit", 0, MAX_OMIT_SECONDS, Refusal.OMIT), bytes, length, big(node, "bandwidth"),
                number(node, "window", 0, MAX_WINDOW, Refusal.BUFFER_SIZE), node.path("nodelay").asBoolean(),
                node.path("udp_counters_64bit").asInt() != 0, node.path("get_server_output").asInt() != 0,
                words(node, "title"), words(node, "client_version"));
    }

    private static int number(JsonNode node, String name, int least, int most, int code) throws ProtocolException {
        JsonNode value = node.path(name);
        if (value.isMissingNode()) {
            return least;
        }
        if (!value.isNumber() || value.asDouble() < least || value.asDouble() > most) {
            throw new ProtocolException("parameter " + name + " is " + value + ", allowed is " + least + " to " + most, code);
        }
        return value.asInt();
    }

    private static long big(JsonNode node, String name) throws ProtocolException {
        JsonNode value = node.path(name);
        if (value.isMissingNode()) {
            return 0;
        }
        if (!value.isNumber() || value.asDouble() < 0 || value.asDouble() > Long.MAX_VALUE / 16.0) {
            throw new ProtocolException("parameter " + name + " is " + value + ", which is no count");
        }
        return (long) value.asDouble();
    }

    private static String words(JsonNode node, String name) {
        String text = node.path(name).asText(null);
        return text == null || text.length() <= 200 ? text : text.substring(0, 200);
    }

    /** Number of data connections of the whole test. */
    int streams() {
        return bidirectional ? 2 * parallel : parallel;
    }

    /** The {@code index}-th stream's number: iperf3 counts 1, 3, 4, 5, ... and every version expects that. */
    static int streamId(int index) {
        return index == 0 ? 1 : index + 2;
    }
}
