package dev.weft.counters;

import java.util.Locale;

/**
 * Everything the data path counts. One writer (the lane's thread), any number of readers. The lower-case name is what
 * {@code weft counters} and the metrics show. A packet or frame that is not passed on is counted in exactly one of the drops.
 */
public enum CounterId {
    EGRESS_PACKETS("packets read from the TUN queue and handed to a link"),
    EGRESS_BYTES("bytes of those packets, without the virtio header"),
    INGRESS_PACKETS("packets taken from a link and written to the TUN queue"),
    INGRESS_BYTES("bytes of those packets, without the virtio header"),

    EGRESS_DROP_MALFORMED("read from the TUN queue, but not a whole IPv4 or IPv6 packet"),
    EGRESS_DROP_GROUP("destination is a multicast or broadcast address, which the fabric does not carry"),
    EGRESS_DROP_FOREIGN_SOURCE("source address is not an endpoint of this host"),
    EGRESS_DROP_UNKNOWN_DESTINATION("no host owns the destination address"),
    EGRESS_DROP_NETWORK_MISMATCH("source and destination belong to different networks"),
    EGRESS_DROP_NO_SESSION("the peer that owns the destination has no session on this lane"),
    EGRESS_DROP_BACK_PRESSURE("the link to the peer stayed full longer than a packet may wait"),

    INGRESS_DROP_NOT_ESTABLISHED("data frame outside an established session"),
    INGRESS_DROP_EPOCH("data frame of another epoch"),
    INGRESS_DROP_DUPLICATE("data frame whose sequence was seen before"),
    INGRESS_DROP_OUT_OF_WINDOW("data frame whose sequence is too far ahead to be real"),
    INGRESS_DROP_MALFORMED("data frame that does not hold a whole IPv4 or IPv6 packet"),
    INGRESS_DROP_FOREIGN_SOURCE("the peer does not own the packet's source address"),
    INGRESS_DROP_UNKNOWN_DESTINATION("the destination is no endpoint of this host"),
    INGRESS_DROP_NETWORK_MISMATCH("the frame's VNI is not that of both addresses"),
    INGRESS_DROP_TUN("the TUN queue refused the packet"),
    INGRESS_UNKNOWN_TYPE("frame of an unknown optional type, skipped"),

    EGRESS_DROP_RDMA_REQUIRED("the policy requires RDMA for the peer and there is none at present"),
    FRAMES_REPLAYED("data frames sent again over TCP because the RDMA link broke with them under way"),
    PATH_TO_RDMA("times the path of a session changed from TCP to RDMA"),
    PATH_TO_TCP("times the path of a session changed from RDMA to TCP"),
    RDMA_RAISE_FAILURES("attempts to raise an RDMA link that failed"),
    FRAMES_LOST("data frames missing from the sequence, given up by the peer or lost with a link"),
    FRAMES_UNCONFIRMED("data frames the peer had not confirmed when their session ended, which it may have or not"),
    BACK_PRESSURE_WAITS("times a packet waited for a link to take it"),
    LINK_GARBAGE("links closed because what arrived was not a frame, or a device refused what was sent"),
    SESSIONS_ESTABLISHED("sessions that reached the established state"),
    SESSIONS_LOST("established sessions that ended"),
    SESSIONS_REFUSED("hellos of a peer that were refused, and our own that a peer refused"),
    CONNECT_FAILURES("attempts to reach a peer that brought no link"),
    UNAUTHENTICATED_LIMIT("incoming connections refused because too many had not said hello"),
    LOOP_STALLS("turns of the lane's loop that took longer than 100 ms"),

    EGRESS_MESSAGES("message frames of containers handed to a link"),
    EGRESS_MESSAGE_BYTES("bytes of those messages, without Weft's headers"),
    INGRESS_MESSAGES("message frames taken from a link and handed to a media driver"),
    INGRESS_MESSAGE_BYTES("bytes of those messages, without Weft's headers"),
    EGRESS_MESSAGE_DROP_FOREIGN_SOURCE("message frame whose source is no address of its network on this host"),
    EGRESS_MESSAGE_DROP_UNKNOWN_DESTINATION("message frame whose destination no host owns in that network"),
    EGRESS_MESSAGE_DROP_NO_SESSION("message frame for a peer without a session on this lane, or one that does not know messages"),
    EGRESS_MESSAGE_DROP_BACK_PRESSURE("message frame that waited too long for a full link; the media driver sends it again"),
    INGRESS_MESSAGE_DROP_MALFORMED("message frame shorter than its header"),
    INGRESS_MESSAGE_DROP_FOREIGN_SOURCE("message frame whose source the peer does not own"),
    INGRESS_MESSAGE_DROP_UNKNOWN_DESTINATION("message frame whose destination is no endpoint of this host"),
    INGRESS_MESSAGE_DROP_NETWORK_MISMATCH("message frame whose VNI is not that of both addresses"),
    INGRESS_MESSAGE_DROP_NO_LISTENER("message frame for an address and port at which no stream listens"),
    INGRESS_MESSAGE_DROP_FULL("message frame that a media driver could not take in time; it asks for it again");

    private final String description;

    CounterId(String description) {
        this.description = description;
    }

    /** Lower-case name for the CLI, the API and the metrics. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    public String description() {
        return description;
    }
}
