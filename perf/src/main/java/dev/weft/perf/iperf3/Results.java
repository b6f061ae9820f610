package dev.weft.perf.iperf3;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/**
 * What one end counted, as it tells the other when the test is over.
 *
 * @param cpu percent of one core this end's process used, all, user and system
 * @param senderHasRetransmits 1 when {@link OfStream#retransmits} are known, 0 when not, -1 for a receiver
 */
public record Results(Cpu cpu, int senderHasRetransmits, List<OfStream> streams) {

    public record Cpu(double total, double user, double system) {
    }

    /**
     * @param id {@link TestParameters#streamId}
     * @param bytes sent or received after the omitted seconds
     * @param retransmits segments, -1 when unknown
     * @param jitter seconds, RFC 3550 smoothed; 0 for TCP
     * @param errors datagrams lost, with those of the omitted seconds
     * @param packets datagrams sent, or the highest sequence number seen, with those of the omitted seconds
     * @param seconds this stream ran after the omitted seconds
     */
    public record OfStream(int id, long bytes, long retransmits, double jitter, long errors, long omittedErrors, long packets,
            long omittedPackets, double seconds) {
    }

    ObjectNode json() {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("cpu_util_total", cpu.total()).put("cpu_util_user", cpu.user()).put("cpu_util_system", cpu.system());
        node.put("sender_has_retransmits", senderHasRetransmits);
        ArrayNode list = node.putArray("streams");
        for (OfStream stream : streams) {
            list.addObject().put("id", stream.id()).put("bytes", stream.bytes()).put("retransmits", stream.retransmits())
                    .put("jitter", stream.jitter()).put("errors", stream.errors()).put("omitted_errors", stream.omittedErrors())
                    .put("packets", stream.packets()).put("omitted_packets", stream.omittedPackets())
                    .put("start_time", 0).put("end_time", stream.seconds());
        }
        return node;
    }

    /** @throws ProtocolException when a field every version sends is missing or no number */
    static Results of(JsonNode node) throws ProtocolException {
        Cpu cpu = new Cpu(real(node, "cpu_util_total"), real(node, "cpu_util_user"), real(node, "cpu_util_system"));
        if (!node.path("streams").isArray() || node.path("streams").size() > 2 * TestParameters.MAX_STREAMS) {
            throw new ProtocolException("the results have no list of streams, or too many", Refusal.RESULTS);
        }
        List<OfStream> streams = new ArrayList<>();
        for (JsonNode stream : node.path("streams")) {
            streams.add(new OfStream((int) whole(stream, "id"), whole(stream, "bytes"), whole(stream, "retransmits"),
                    real(stream, "jitter"), whole(stream, "errors"), stream.path("omitted_errors").asLong(), whole(stream, "packets"),
                    stream.path("omitted_packets").asLong(), stream.path("end_time").asDouble() - stream.path("start_time").asDouble()));
        }
        return new Results(cpu, (int) whole(node, "sender_has_retransmits"), List.copyOf(streams));
    }

    OfStream stream(int id) throws ProtocolException {
        return streams.stream().filter(each -> each.id() == id).findFirst()
                .orElseThrow(() -> new ProtocolException("the results of the other end do not name stream " + id, Refusal.RESULTS));
    }

    private static double real(JsonNode node, String name) throws ProtocolException {
        if (!node.path(name).isNumber()) {
            throw new ProtocolException("the results have no number " + name, Refusal.RESULTS);
        }
        return node.path(name).asDouble();
    }

    /** Older versions write -1 as an unsigned 64-bit number, some of them rounded to 1.8446744073709552e+19. */
    private static long whole(JsonNode node, String name) throws ProtocolException {
        double value = real(node, name);
        return value >= 0x1p63 ? -1 : node.path(name).isIntegralNumber() ? node.path(name).asLong() : (long) value;
    }
}
