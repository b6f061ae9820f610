package dev.weft.session;

import dev.weft.counters.Counters;
import dev.weft.link.LaneTransport;
import dev.weft.loop.LaneLoop;
import java.net.InetSocketAddress;
import java.util.random.RandomGenerator;

/**
 * What the sessions of one lane share.
 *
 * @param transport makes the links; TCP in production
 * @param rdma      makes the links beside them
 * @param random    for epochs and back-off; seeded in tests
 */
public record SessionContext(LaneLoop loop, LocalHost local, SessionConfig config, Counters counters, LaneTransport transport,
        RdmaSetup rdma, SessionEvents events, RandomGenerator random) {

    long nanoTime() {
        return loop.nanoTime();
    }

    int lane() {
        return loop.lane();
    }

    int freshEpoch() {
        int epoch;
        do {
            epoch = random.nextInt();
        } while (epoch == 0);
        return epoch;
    }

    /** Lane i of an agent listens on its first port + i. */
    InetSocketAddress laneAddress(RemoteHost peer, int remoteLane) {
        return new InetSocketAddress(peer.underlay().getAddress(), peer.underlay().getPort() + remoteLane);
    }
}
