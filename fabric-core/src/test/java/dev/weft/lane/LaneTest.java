package dev.weft.lane;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.counters.CounterId;
import dev.weft.link.LinkRig;
import dev.weft.link.MemoryTransport;
import dev.weft.network.IpAddresses;
import dev.weft.network.IpPrefix;
import dev.weft.route.LocalChange;
import dev.weft.route.PeerRanges;
import dev.weft.session.LocalHost;
import dev.weft.session.RdmaPolicy;
import dev.weft.session.RemoteHost;
import dev.weft.session.SessionConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two hosts, each one lane on a thread of its own, joined by links in memory; queues without a kernel. */
class LaneTest {
    private static final SessionConfig SESSION = new SessionConfig(200_000_000L, 5_000_000_000L, 5_000_000_000L, 10_000_000L,
            100_000_000L, 80_000_000L, 300_000_000_000L);
    private static final int VNI = 5;

    private final MemoryTransport network = new MemoryTransport();
    private final FakeQueue tunA = new FakeQueue();
    private final FakeQueue tunB = new FakeQueue();
    private final InetSocketAddress addressA = new InetSocketAddress(InetAddress.getLoopbackAddress(), 4790);
    private final InetSocketAddress addressB = new InetSocketAddress(InetAddress.getLoopbackAddress(), 5790);
    private final RemoteHost hostA = new RemoteHost(0, "a", addressA);
    private final RemoteHost hostB = new RemoteHost(0, "b", addressB);
    private Lane a;
    private Lane b;

    private Lane lane(String id, InetSocketAddress address, FakeQueue tun) {
        LocalHost local = new LocalHost(id, 1000, 1, 65000, address);
        LaneConfig config = new LaneConfig(0, local, SESSION, peer -> RdmaPolicy.PREFER, 0);
        return new Lane(config, tun, new LaneTransports(network, null), LaneEvents.NONE);
    }

    private static LocalChange local(String address, int vni) {
        return new LocalChange(IpAddresses.parse(address), vni);
    }

    private static void routes(Lane lane, String local, String local6, String peerRange, String peerRange6) {
        lane.locals(List.of(local(local, VNI), local(local6, VNI), local("10.99.0.1", VNI + 1)));
        lane.ranges(new PeerRanges.Builder().peer(IpPrefix.parse(peerRange), VNI, 0).peer(IpPrefix.parse(peerRange6), VNI, 0).build());
    }

    @BeforeEach
    void start() throws IOException {
        a = lane("a", addressA, tunA);
        b = lane("b", addressB, tunB);
        a.start();
        b.start();
        routes(a, "10.42.1.2", "fd42::1:2", "10.42.2.0/24", "fd42::2:0/112");
        routes(b, "10.42.2.2", "fd42::2:2", "10.42.1.0/24", "fd42::1:0/112");
        a.addPeer(hostB);
        b.addPeer(hostA);
        LinkRig.until("session", () -> established(a) && established(b));
    }

    @AfterEach
    void stop() {
        a.close();
        b.close();
        assertEquals(1, tunA.closed.get());
    }

    private static boolean established(Lane lane) {
        return LinkRig.await(lane.status()).stream().anyMatch(session -> session.state().equals("established"));
    }

    private static void expect(Lane lane, CounterId id, long value) {
        LinkRig.until(id.label(), () -> lane.counters().get(id) == value);
    }

    @Test
    void shouldCarryPacketsOfBothFamiliesBothWaysUnchanged() {
        byte[] v4 = Packets.packet("10.42.1.2", "10.42.2.2", 1000, 1);
        byte[] v6 = Packets.packet("fd42::2:2", "fd42::1:2", 60_000, 2);
        tunA.inject(v4);
        tunB.inject(v6);
        LinkRig.until("delivered", () -> tunB.fromLane.size() == 1 && tunA.fromLane.size() == 1);
        assertArrayEquals(v4, tunB.fromLane.getFirst());
        assertArrayEquals(v6, tunA.fromLane.getFirst());
        expect(a, CounterId.EGRESS_PACKETS, 1);
        expect(b, CounterId.INGRESS_BYTES, 1020);
    }

    @Test
    void shouldKeepOrderAndLoseNothingThroughBackPressureOfAFastLink() {
        int count = 3000;
        for (int i = 0; i < count; i++) {
            tunA.inject(Packets.packet("10.42.1.2", "10.42.2.2", 100 + i % 900, i));
        }
        LinkRig.until("all handled", () -> tunB.fromLane.size() + a.counters().get(CounterId.EGRESS_DROP_BACK_PRESSURE) == count);
        long lost = a.counters().get(CounterId.EGRESS_DROP_BACK_PRESSURE);
        int next = 0;
        for (byte[] packet : tunB.fromLane) {
            while (next < count && !Arrays.equals(packet, Packets.packet("10.42.1.2", "10.42.2.2", 100 + next % 900, next))) {
                next++;
            }
            assertTrue(next++ < count, "a packet out of order or changed");
        }
        assertEquals(count - lost, tunB.fromLane.size());
    }

    @Test
    void shouldDropAndCountWhatAContainerMayNotSend() {
        tunA.inject(Packets.packet("10.42.1.99", "10.42.2.2", 10, 1)); // nobody's source
        tunA.inject(Packets.packet("fd42::1:99", "fd42::2:2", 10, 1));
        tunA.inject(Packets.packet("10.42.1.2", "10.77.0.1", 10, 1)); // nobody's destination
        tunA.inject(Packets.packet("10.42.1.2", "224.0.0.251", 10, 1)); // groups, whoever speaks to them
        tunA.inject(Packets.packet("10.42.1.2", "255.255.255.255", 10, 1));
        tunA.inject(Packets.packet("fe80::1", "ff02::16", 10, 1));
        tunA.inject(Packets.packet("10.99.0.1", "10.42.2.2", 10, 1)); // another network's endpoint
        byte[] truncated = Packets.packet("10.42.1.2", "10.42.2.2", 100, 1);
        tunA.inject(Arrays.copyOf(truncated, truncated.length - 1));
        tunA.inject(new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x50});
        byte[] good = Packets.packet("10.42.1.2", "10.42.2.2", 10, 1);
        tunA.inject(good);
        LinkRig.until("the good one arrives", () -> tunB.fromLane.size() == 1);
        assertArrayEquals(good, tunB.fromLane.getFirst());
        expect(a, CounterId.EGRESS_DROP_FOREIGN_SOURCE, 2);
        expect(a, CounterId.EGRESS_DROP_UNKNOWN_DESTINATION, 1);
        expect(a, CounterId.EGRESS_DROP_NETWORK_MISMATCH, 1);
        expect(a, CounterId.EGRESS_DROP_MALFORMED, 2);
        expect(a, CounterId.EGRESS_DROP_GROUP, 3);
    }

    @Test
    void shouldDropAndCountWhatAPeerMayNotSay() {
        // Side a believes it may send these; side b must not.
        a.locals(List.of(local("10.50.0.1", VNI), local("10.42.1.3", VNI + 9)));
        a.ranges(new PeerRanges.Builder().peer(IpPrefix.parse("10.42.2.0/24"), VNI, 0).peer(IpPrefix.parse("10.60.0.0/16"), VNI, 0)
                .peer(IpPrefix.parse("10.61.0.0/16"), VNI + 9, 0).build());
        tunA.inject(Packets.packet("10.50.0.1", "10.42.2.2", 10, 1)); // an address b's routes do not give to a
        tunA.inject(Packets.packet("10.42.1.2", "10.60.0.1", 10, 1)); // no endpoint of b
        tunA.inject(Packets.packet("10.42.1.2", "10.42.2.77", 10, 1));
        expect(b, CounterId.INGRESS_DROP_FOREIGN_SOURCE, 1);
        expect(b, CounterId.INGRESS_DROP_UNKNOWN_DESTINATION, 2);
        tunA.inject(Packets.packet("10.42.1.3", "10.61.0.1", 10, 1));
        expect(b, CounterId.INGRESS_DROP_UNKNOWN_DESTINATION, 3);
        b.ranges(new PeerRanges.Builder().peer(IpPrefix.parse("10.42.1.0/24"), VNI + 3, 0).build());
        tunA.inject(Packets.packet("10.42.1.2", "10.42.2.2", 10, 1));
        expect(b, CounterId.INGRESS_DROP_NETWORK_MISMATCH, 1);
        assertEquals(0, tunB.fromLane.size());
    }

    @Test
    void shouldForgetAnEndpointThatIsGoneAndKnowOneThatComes() {
        LinkRig.await(a.locals(List.of(LocalChange.gone(IpAddresses.parse("10.42.1.2")), local("10.42.1.7", VNI))));
        tunA.inject(Packets.packet("10.42.1.2", "10.42.2.2", 10, 1));
        byte[] ofTheNewOne = Packets.packet("10.42.1.7", "10.42.2.2", 10, 2);
        tunA.inject(ofTheNewOne);
        LinkRig.until("delivered", () -> tunB.fromLane.size() == 1);
        assertArrayEquals(ofTheNewOne, tunB.fromLane.getFirst());
        expect(a, CounterId.EGRESS_DROP_FOREIGN_SOURCE, 1);
    }

    @Test
    void shouldCountPacketsForAPeerThatIsGoneAndCarryOnWhenItIsBack() {
        b.removePeer(0);
        LinkRig.until("a has noticed", () -> !established(a));
        tunA.inject(Packets.packet("10.42.1.2", "10.42.2.2", 10, 1));
        expect(a, CounterId.EGRESS_DROP_NO_SESSION, 1);
        b.addPeer(hostA);
        LinkRig.until("session again", () -> established(a) && established(b));
        tunA.inject(Packets.packet("10.42.1.2", "10.42.2.2", 10, 2));
        LinkRig.until("delivered", () -> tunB.fromLane.size() == 1);
    }

    @Test
    void shouldSayGoodbyeWhenDrained() {
        LinkRig.await(a.drain("shutting down"));
        LinkRig.until("the peer knows at once", () -> LinkRig.await(b.status()).stream()
                .anyMatch(session -> session.detail().contains("shutting down")));
    }
}
