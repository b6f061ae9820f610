package dev.weft.lane;

import dev.weft.session.LocalHost;
import dev.weft.session.RdmaPolicy;
import dev.weft.session.SessionConfig;
import java.util.function.Function;

/**
 * What a lane must know of its host.
 *
 * @param lane      number of this lane, from 0
 * @param rdmaPolicy by host id of the peer
 * @param spinNanos how long the lane keeps looking before it sleeps
 */
public record LaneConfig(int lane, LocalHost local, SessionConfig session, Function<String, RdmaPolicy> rdmaPolicy, long spinNanos) {
    /** TCP lane i listens on the first port + i, RDMA lane i this much above: iWARP shares the port space of TCP. */
    public static final int RDMA_PORT_OFFSET = 16;
}
