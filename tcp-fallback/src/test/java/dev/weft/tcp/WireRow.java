package dev.weft.tcp;

import dev.weft.counters.CounterId;
import dev.weft.frame.FrameHeader;
import dev.weft.frame.FrameType;
import dev.weft.lane.Packets;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Function;

/**
 * One way in which a greeted peer can be wrong: what it sends, the one counter that tells of it, and whether the session goes on.
 * The table of docs/protocol.md has a line for each.
 */
enum WireRow {
    LENGTH_NEGATIVE("body length -1", peer -> withLength(-1), CounterId.LINK_GARBAGE, false),
    LENGTH_2_31("body length 2^31", peer -> withLength(Integer.MIN_VALUE), CounterId.LINK_GARBAGE, false),
    LENGTH_LARGEST_INT("body length 2^31 - 1", peer -> withLength(Integer.MAX_VALUE), CounterId.LINK_GARBAGE, false),
    LENGTH_ONE_TOO_MANY("body one byte above the largest", peer -> withLength(FrameHeader.MAX_BODY_LENGTH + 1), CounterId.LINK_GARBAGE,
            false),
    VERSION_0("version 0", peer -> withVersion(0), CounterId.LINK_GARBAGE, false),
    VERSION_255("version 255", peer -> withVersion(255), CounterId.LINK_GARBAGE, false),
    TYPE_OPTIONAL("unknown optional type", peer -> RawPeer.frame(0x3F, 0, 0, 0, new byte[9]), CounterId.INGRESS_UNKNOWN_TYPE, true),
    TYPE_REQUIRED("unknown required type", peer -> RawPeer.frame(0x3F | FrameHeader.TYPE_REQUIRED, 0, 0, 0, new byte[9]),
            CounterId.SESSIONS_LOST, false),
    SECOND_HELLO("a second hello", peer -> RawPeer.frame(FrameType.HELLO, 0, 0, 0, new byte[40]), CounterId.SESSIONS_LOST, false),

    SEQUENCE_REPLAYED("sequence seen before", peer -> data(RawPeer.EPOCH, 1), CounterId.INGRESS_DROP_DUPLICATE, true),
    SEQUENCE_ZERO("sequence 0", peer -> data(RawPeer.EPOCH, 0), CounterId.INGRESS_DROP_DUPLICATE, true),
    SEQUENCE_FAR_AHEAD("sequence 2^40 ahead", peer -> data(RawPeer.EPOCH, 1L << 40), CounterId.INGRESS_DROP_OUT_OF_WINDOW, true),
    SEQUENCE_LAST("sequence 2^64 - 1", peer -> data(RawPeer.EPOCH, -1), CounterId.INGRESS_DROP_DUPLICATE, true),
    EPOCH_OLD("epoch of another session", peer -> data(RawPeer.EPOCH - 1, 2), CounterId.INGRESS_DROP_EPOCH, true),

    VNI_FOREIGN("VNI that is not the addresses'", peer -> peer.data(WireRow.VNI + 1, good()), CounterId.INGRESS_DROP_NETWORK_MISMATCH,
            true),
    VNI_OF_THE_DESTINATION("destination in another network", peer -> peer.data(WireRow.VNI, packet("10.42.1.2", "10.99.0.1")),
            CounterId.INGRESS_DROP_NETWORK_MISMATCH, true),
    SOURCE_OF_ANOTHER_PEER("source owned by another peer", peer -> peer.data(WireRow.VNI, packet("10.42.3.2", "10.42.2.2")),
            CounterId.INGRESS_DROP_FOREIGN_SOURCE, true),
    SOURCE_OF_NOBODY("source owned by nobody", peer -> peer.data(WireRow.VNI, packet("fd42::9:9", "fd42::2:2")),
            CounterId.INGRESS_DROP_FOREIGN_SOURCE, true),
    SOURCE_OF_THE_RECEIVER("source that is the receiver's endpoint", peer -> peer.data(WireRow.VNI, packet("10.42.2.2", "10.42.2.2")),
            CounterId.INGRESS_DROP_FOREIGN_SOURCE, true),
    SOURCE_LOOPBACK("source 127.0.0.1", peer -> peer.data(WireRow.VNI, packet("127.0.0.1", "10.42.2.2")),
            CounterId.INGRESS_DROP_FOREIGN_SOURCE, true),
    DESTINATION_UNKNOWN("destination without an endpoint", peer -> peer.data(WireRow.VNI, packet("10.42.1.2", "10.42.2.77")),
            CounterId.INGRESS_DROP_UNKNOWN_DESTINATION, true),
    DESTINATION_ELSEWHERE("destination at another peer", peer -> peer.data(WireRow.VNI, packet("10.42.1.2", "10.42.3.2")),
            CounterId.INGRESS_DROP_UNKNOWN_DESTINATION, true),
    DESTINATION_LOOPBACK("destination 127.0.0.1", peer -> peer.data(WireRow.VNI, packet("10.42.1.2", "127.0.0.1")),
            CounterId.INGRESS_DROP_UNKNOWN_DESTINATION, true),
    DESTINATION_LINK_LOCAL("destination 169.254.169.254", peer -> peer.data(WireRow.VNI, packet("10.42.1.2", "169.254.169.254")),
            CounterId.INGRESS_DROP_UNKNOWN_DESTINATION, true),
    DESTINATION_MULTICAST("destination 224.0.0.1", peer -> peer.data(WireRow.VNI, packet("10.42.1.2", "224.0.0.1")),
            CounterId.INGRESS_DROP_UNKNOWN_DESTINATION, true),
    DESTINATION_GROUP_6("destination ff02::1", peer -> peer.data(WireRow.VNI, packet("fd42::1:2", "ff02::1")),
            CounterId.INGRESS_DROP_UNKNOWN_DESTINATION, true),

    BODY_EMPTY("data without a body", peer -> peer.data(WireRow.VNI, new byte[0]), CounterId.INGRESS_DROP_MALFORMED, true),
    BODY_SHORT("body shorter than the virtio header", peer -> peer.data(WireRow.VNI, new byte[9]), CounterId.INGRESS_DROP_MALFORMED, true),
    PACKET_SHORT("packet of 19 bytes", peer -> peer.data(WireRow.VNI, new byte[FrameHeader.VIRTIO_LENGTH + 19]),
            CounterId.INGRESS_DROP_MALFORMED, true),
    IP_VERSION_5("IP version 5", peer -> peer.data(WireRow.VNI, with(0, 0x55)), CounterId.INGRESS_DROP_MALFORMED, true),
    IP_HEADER_LENGTH_4("IPv4 header length 4", peer -> peer.data(WireRow.VNI, with(0, 0x44)), CounterId.INGRESS_DROP_MALFORMED, true),
    IP_TOTAL_TOO_LONG("IPv4 total length above the frame's", peer -> peer.data(WireRow.VNI, with(2, 0x7F)),
            CounterId.INGRESS_DROP_MALFORMED, true),
    IP_TOTAL_TOO_SHORT("IPv4 total length below the header's", peer -> peer.data(WireRow.VNI, with(3, 19)),
            CounterId.INGRESS_DROP_MALFORMED, true),
    IPV6_PAYLOAD_WRONG("IPv6 payload length that is not the frame's", peer -> peer.data(WireRow.VNI, jumbo()),
            CounterId.INGRESS_DROP_MALFORMED, true);

    static final int VNI = 5;

    private final String sentence;
    private final Function<RawPeer, byte[]> bytes;
    private final CounterId counted;
    private final boolean sessionGoesOn;

    WireRow(String sentence, Function<RawPeer, byte[]> bytes, CounterId counted, boolean sessionGoesOn) {
        this.sentence = sentence;
        this.bytes = bytes;
        this.counted = counted;
        this.sessionGoesOn = sessionGoesOn;
    }

    String sentence() {
        return sentence;
    }

    byte[] bytes(RawPeer peer) {
        return bytes.apply(peer);
    }

    CounterId counted() {
        return counted;
    }

    boolean sessionGoesOn() {
        return sessionGoesOn;
    }

    /** One valid frame of every type that a greeted peer may send. */
    static List<byte[]> everyType() {
        return List.of(data(RawPeer.EPOCH, 1), RawPeer.frame(FrameType.HEARTBEAT, 0, RawPeer.EPOCH, 0, new byte[8]),
                RawPeer.frame(FrameType.MESSAGE, VNI, RawPeer.EPOCH, 2, new byte[64]),
                RawPeer.frame(FrameType.RAISE_ASK, 0, RawPeer.EPOCH, 0, new byte[4]),
                RawPeer.frame(FrameType.RAISE_TOKEN, 0, RawPeer.EPOCH, 0, new byte[22]),
                RawPeer.frame(FrameType.MARKER, 0, RawPeer.EPOCH, 0, new byte[4]),
                RawPeer.frame(FrameType.MARKER_ANSWER, 0, RawPeer.EPOCH, 0, new byte[4]),
                RawPeer.frame(FrameType.ACK, 0, RawPeer.EPOCH, 0, new byte[8]),
                RawPeer.frame(FrameType.PATH_LOST, 0, RawPeer.EPOCH, 0, new byte[20]));
    }

    private static byte[] data(int epoch, long sequence) {
        return RawPeer.frame(FrameType.DATA, VNI, epoch, sequence, good());
    }

    private static byte[] good() {
        return packet("10.42.1.2", "10.42.2.2");
    }

    private static byte[] packet(String from, String to) {
        return Packets.packet(from, to, 100, 9);
    }

    private static byte[] with(int at, int value) {
        byte[] body = good();
        body[FrameHeader.VIRTIO_LENGTH + at] = (byte) value;
        return body;
    }

    private static byte[] jumbo() {
        byte[] body = packet("fd42::1:2", "fd42::2:2");
        ByteBuffer.wrap(body).putShort(FrameHeader.VIRTIO_LENGTH + 4, (short) 0); // RFC 2675 says so of a jumbogram
        return body;
    }

    private static byte[] withLength(int length) {
        byte[] frame = data(RawPeer.EPOCH, 1);
        ByteBuffer.wrap(frame).putInt(4, length);
        return frame;
    }

    private static byte[] withVersion(int version) {
        byte[] frame = data(RawPeer.EPOCH, 1);
        frame[0] = (byte) version;
        return frame;
    }
}
