package dev.weft.session;

import dev.weft.link.LaneTransport;
import java.util.function.Function;

/**
 * RDMA as the sessions of one lane see it.
 *
 * @param transport makes the links, or null when this host has none
 * @param status    what was found, or why there is none and what to do
 * @param policy    by host id of the peer
 * @param desk      where peers hand in their tokens
 */
public record RdmaSetup(LaneTransport transport, String status, Function<String, RdmaPolicy> policy, RaiseDesk desk) {

    /** Bits of {@link Hello#features}: available, and two for the policy. */
    private static final long AVAILABLE = 1;
    private static final int POLICY_SHIFT = 1;
    private static final int POLICY_MASK = 3;

    /** No RDMA on this host. */
    public static RdmaSetup none(String why) {
        return new RdmaSetup(null, why, peer -> RdmaPolicy.PREFER, new RaiseDesk(null, 0));
    }

    long features(String peer) {
        return (transport == null ? 0 : AVAILABLE) | (long) policy.apply(peer).ordinal() << POLICY_SHIFT;
    }

    static boolean isAvailable(Hello hello) {
        return (hello.features() & AVAILABLE) != 0;
    }

    static RdmaPolicy policyOf(Hello hello) {
        int ordinal = (int) (hello.features() >>> POLICY_SHIFT) & POLICY_MASK;
        return ordinal < RdmaPolicy.values().length ? RdmaPolicy.values()[ordinal] : RdmaPolicy.FORBID;
    }
}
