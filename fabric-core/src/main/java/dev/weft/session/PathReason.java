package dev.weft.session;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Why a session's data frames travel the way they do. Shown by the CLI, in the log at each change, and as a metric; docs/rdma.md has the
 * same table.
 */
public enum PathReason {
    NO_SESSION("there is no session with the peer",
            "see the detail; check that the peer's agent runs and that its address in the directory is right"),
    FORBIDDEN_HERE("this host's policy forbids RDMA", "set rdma.policy or rdma.peers in this host's configuration, if RDMA is wanted"),
    FORBIDDEN_BY_PEER("the peer's policy forbids RDMA", "set rdma.policy or rdma.peers in the peer's configuration, if RDMA is wanted"),
    UNAVAILABLE_HERE("this host has no RDMA", "run weft doctor rdma on this host"),
    UNAVAILABLE_AT_PEER("the peer has no RDMA", "run weft doctor rdma on the peer"),
    RAISING("an RDMA link is being raised", "none: it takes milliseconds, at most 5 s"),
    RAISE_FAILED("the last attempt to raise an RDMA link failed",
            "see the detail; it is tried again after 5 s, doubling to 60 s; run weft doctor rdma on both hosts"),
    PROBING("the RDMA link is being probed", "none: it takes milliseconds, at most 5 s"),
    PROBE_LATE("the RDMA link was made but did not carry the probes",
            "packets are lost between the devices: check cabling, MTU and firewalls (RoCE v2 is UDP port 4791, iWARP is TCP)"),
    IDLE("nothing was sent for long, so the RDMA link and its memory were given back", "none: the next frames raise it again"),
    CARRYING("RDMA carries the frames", "none: this is how it should be"),
    LINK_LOST("the RDMA link broke", "see the detail; it is raised again after 5 s, doubling to 60 s; look at the kernel's log"),
    ACK_LATE("the peer did not acknowledge in time over RDMA",
            "packets are lost or an agent was stopped: check the wire, PFC or ECN, and the load of both hosts"),
    PEER_LOST("the peer gave the RDMA link up", "see the detail: it is the peer's reason; look there");

    private final String sentence;
    private final String remedy;

    PathReason(String sentence, String remedy) {
        this.sentence = sentence;
        this.remedy = remedy;
    }

    /** How many of these sessions have which reason, by label; every reason is there. */
    public static Map<String, Long> count(Collection<SessionStatus> sessions) {
        Map<String, Long> counts = new LinkedHashMap<>();
        for (PathReason reason : values()) {
            counts.put(reason.label(), sessions.stream().filter(session -> session.reason().equals(reason.label())).count());
        }
        return counts;
    }

    public String label() {
        return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }

    public String sentence() {
        return sentence;
    }

    /** What an operator can do. */
    public String remedy() {
        return remedy;
    }

    /** Whether this is only a step on the way to another reason, not worth a line in the log. */
    boolean isPassing() {
        return this == RAISING || this == PROBING;
    }
}
