package dev.weft.messaging;

import io.aeron.AeronCounters;
import io.aeron.ChannelUri;
import io.aeron.driver.status.StreamCounter;
import io.aeron.driver.status.SystemCounterDescriptor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.status.CountersReader;

/** What a driver's counters say about its streams. Read while the driver runs: a moment, not a snapshot. */
final class StreamsReport {
    private static final Map<SystemCounterDescriptor, String> SYSTEM = new LinkedHashMap<>();

    static {
        SYSTEM.put(SystemCounterDescriptor.BYTES_SENT, "bytesSent");
        SYSTEM.put(SystemCounterDescriptor.NAK_MESSAGES_SENT, "naksSent");
        SYSTEM.put(SystemCounterDescriptor.NAK_MESSAGES_RECEIVED, "naksReceived");
        SYSTEM.put(SystemCounterDescriptor.RETRANSMITS_SENT, "retransmits");
        SYSTEM.put(SystemCounterDescriptor.LOSS_GAP_FILLS, "lossGapFills");
        SYSTEM.put(SystemCounterDescriptor.SHORT_SENDS, "shortSends");
        SYSTEM.put(SystemCounterDescriptor.FLOW_CONTROL_OVER_RUNS, "flowControlOverRuns");
        SYSTEM.put(SystemCounterDescriptor.SENDER_FLOW_CONTROL_LIMITS, "flowControlLimits");
        SYSTEM.put(SystemCounterDescriptor.INVALID_PACKETS, "invalidPackets");
        SYSTEM.put(SystemCounterDescriptor.CLIENT_TIMEOUTS, "clientTimeouts");
        SYSTEM.put(SystemCounterDescriptor.UNBLOCKED_PUBLICATIONS, "unblockedPublications");
        SYSTEM.put(SystemCounterDescriptor.ERRORS, "errors");
    }

    private final CountersReader counters;
    private final Function<String, String> paths;

    /**
     * @param paths what carries frames to an address
     */
    StreamsReport(CountersReader counters, Function<String, String> paths) {
        this.counters = counters;
        this.paths = paths;
    }

    /** {@code publications}, {@code images} and {@code totals}; positions in bytes since the begin of the stream. */
    Map<String, Object> read() {
        Map<Long, Map<String, Object>> publications = new TreeMap<>();
        Map<Long, Map<String, Object>> images = new TreeMap<>();
        Map<Long, List<Long>> consumed = new TreeMap<>();
        Map<String, Object> totals = new LinkedHashMap<>();
        int[] clients = {0};
        counters.forEach((counterId, typeId, key, label) -> {
            long value = counters.getCounterValue(counterId);
            switch (typeId) {
                case AeronCounters.DRIVER_PUBLISHER_POS_TYPE_ID -> stream(publications, key, label).put("position", value);
                case AeronCounters.DRIVER_PUBLISHER_LIMIT_TYPE_ID -> stream(publications, key, label).put("limit", value);
                case AeronCounters.DRIVER_SENDER_POSITION_TYPE_ID -> stream(publications, key, label).put("sent", value);
                case AeronCounters.DRIVER_SENDER_LIMIT_TYPE_ID -> stream(publications, key, label).put("window", value);
                case AeronCounters.DRIVER_SENDER_BPE_TYPE_ID -> stream(publications, key, label).put("backPressureEvents", value);
                case AeronCounters.DRIVER_SENDER_NAKS_RECEIVED_TYPE_ID -> stream(publications, key, label).put("naksReceived", value);
                case AeronCounters.DRIVER_RECEIVER_HWM_TYPE_ID -> stream(images, key, label).put("highest", value);
                case AeronCounters.DRIVER_RECEIVER_POS_TYPE_ID -> stream(images, key, label).put("received", value);
                case AeronCounters.DRIVER_RECEIVER_NAKS_SENT_TYPE_ID -> stream(images, key, label).put("naksSent", value);
                case AeronCounters.DRIVER_SUBSCRIBER_POSITION_TYPE_ID -> consumed
                        .computeIfAbsent(streamOf(key), id -> new ArrayList<>()).add(value);
                case AeronCounters.DRIVER_HEARTBEAT_TYPE_ID -> clients[0]++;
                case AeronCounters.DRIVER_SYSTEM_COUNTER_TYPE_ID -> system(totals, key, value);
                default -> { }
            }
        });
        totals.put("clients", clients[0]);
        publications.values().forEach(row -> row.put("path", path((String) row.get("channel"))));
        // Of an image when there is one; otherwise within this driver: IPC and spies.
        consumed.forEach((id, positions) -> {
            Map<String, Object> row = images.getOrDefault(id, publications.get(id));
            if (row != null) {
                row.put("consumed", positions);
            }
        });
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("publications", List.copyOf(publications.values()));
        report.put("images", List.copyOf(images.values()));
        report.put("totals", totals);
        return report;
    }

    /** The row of one stream of one kind; a stream is told by session and stream id. */
    private Map<String, Object> stream(Map<Long, Map<String, Object>> rows, DirectBuffer key, String label) {
        return rows.computeIfAbsent(streamOf(key), id -> {
            Map<String, Object> row = new LinkedHashMap<>();
            String channel = label.substring(label.indexOf("aeron")); // the key cuts long channels, the label ends with them whole
            row.put("channel", channel);
            row.put("stream", key.getInt(StreamCounter.STREAM_ID_OFFSET));
            row.put("session", key.getInt(StreamCounter.SESSION_ID_OFFSET));
            return row;
        });
    }

    private static long streamOf(DirectBuffer key) {
        return (long) key.getInt(StreamCounter.SESSION_ID_OFFSET) << 32 | key.getInt(StreamCounter.STREAM_ID_OFFSET) & 0xFFFFFFFFL;
    }

    private static void system(Map<String, Object> totals, DirectBuffer key, long value) {
        String name = SYSTEM.get(SystemCounterDescriptor.get(key.getInt(0)));
        if (name != null) {
            totals.put(name, value);
        }
    }

    private String path(String channel) {
        try {
            ChannelUri uri = ChannelUri.parse(channel.split(" ")[0]);
            String endpoint = uri.get("endpoint");
            if (uri.isIpc() || endpoint == null) {
                return uri.isIpc() ? "ipc" : "several";
            }
            int port = endpoint.lastIndexOf(':');
            return paths.apply(endpoint.substring(0, port).replaceAll("[\\[\\]]", ""));
        } catch (IllegalArgumentException e) {
            return "?";
        }
    }
}
