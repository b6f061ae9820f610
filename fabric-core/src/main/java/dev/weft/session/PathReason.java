package dev.weft.session;

/** Why a session's data frames travel the way they do. Shown by the CLI, in the log at each change, and as a metric. */
public enum PathReason {
    FORBIDDEN_HERE("this host's policy forbids RDMA"),
    FORBIDDEN_BY_PEER("the peer's policy forbids RDMA"),
    UNAVAILABLE_HERE("this host has no RDMA"),
    UNAVAILABLE_AT_PEER("the peer has no RDMA"),
    RAISING("an RDMA link is being raised"),
    RAISE_FAILED("the last attempt to raise an RDMA link failed"),
    PROBING("the RDMA link is being probed"),
    CARRYING("RDMA carries the frames"),
    LINK_LOST("the RDMA link broke"),
    ACK_LATE("the peer did not acknowledge in time over RDMA"),
    PEER_LOST("the peer gave the RDMA link up");

    private final String sentence;

    PathReason(String sentence) {
        this.sentence = sentence;
    }

    public String label() {
        return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }

    public String sentence() {
        return sentence;
    }
}
