package dev.weft.tcp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.counters.CounterId;
import dev.weft.frame.FrameHeader;
import dev.weft.lane.FakeQueue;
import dev.weft.lane.Lane;
import dev.weft.lane.LaneConfig;
import dev.weft.lane.LaneEvents;
import dev.weft.lane.LaneTransports;
import dev.weft.lane.Packets;
import dev.weft.link.LinkRig;
import dev.weft.network.IpAddresses;
import dev.weft.network.IpPrefix;
import dev.weft.route.LocalChange;
import dev.weft.route.PeerRanges;
import dev.weft.session.LocalHost;
import dev.weft.session.RdmaPolicy;
import dev.weft.session.RemoteHost;
import dev.weft.session.SessionConfig;
import dev.weft.testing.Mutations;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a peer may send wrong, on a real socket to a real lane: every {@link WireRow}, and chance. */
class WireTableTest {
    private static final SessionConfig SESSION = new SessionConfig(200_000_000L, 30_000_000_000L, 5_000_000_000L, 10_000_000L,
            100_000_000L, 80_000_000L, 300_000_000_000L);
    private static final List<LocalChange> LOCALS = List.of(new LocalChange(IpAddresses.parse("10.42.2.2"), WireRow.VNI),
            new LocalChange(IpAddresses.parse("fd42::2:2"), WireRow.VNI), new LocalChange(IpAddresses.parse("10.99.0.1"), WireRow.VNI + 1));
    private static final PeerRanges RANGES = new PeerRanges.Builder()
            .peer(IpPrefix.parse("10.42.1.0/24"), WireRow.VNI, 0).peer(IpPrefix.parse("fd42::1:0/112"), WireRow.VNI, 0)
            .peer(IpPrefix.parse("10.42.3.0/24"), WireRow.VNI, 1).build();

    private final FakeQueue tun = new FakeQueue();
    private InetSocketAddress address;
    private Lane lane;
    private long incarnation = 1000;

    @BeforeEach
    void start() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            address = new InetSocketAddress(InetAddress.getLoopbackAddress(), free.getLocalPort());
        }
        LocalHost local = new LocalHost("b", 1000, 1, 65_000, address);
        lane = new Lane(new LaneConfig(0, local, SESSION, peer -> RdmaPolicy.FORBID, 0), tun,
                new LaneTransports(new TcpTransport(), null), LaneEvents.NONE);
        lane.start();
        lane.locals(LOCALS);
        lane.ranges(RANGES);
        lane.addPeer(new RemoteHost(0, "a", new InetSocketAddress(InetAddress.getLoopbackAddress(), 1)));
    }

    @AfterEach
    void stop() {
        lane.close();
    }

    private RawPeer greeted() throws IOException {
        return new RawPeer("a", "b", address, ++incarnation);
    }

    /** Everything counted by which something can be lost or a session can end. */
    private Map<CounterId, Long> troubles() {
        Map<CounterId, Long> counts = new EnumMap<>(CounterId.class);
        for (CounterId id : CounterId.values()) {
            boolean trouble = id.name().contains("DROP") || id.name().contains("UNKNOWN") || id == CounterId.LINK_GARBAGE
                    || id == CounterId.FRAMES_LOST || id == CounterId.SESSIONS_LOST;
            if (trouble && lane.counters().get(id) > 0) {
                counts.put(id, lane.counters().get(id));
            }
        }
        return counts;
    }

    private void expectDelivery(RawPeer peer, byte[] body) throws IOException {
        int before = tun.fromLane.size();
        peer.send(peer.data(WireRow.VNI, body));
        LinkRig.until("the good packet arrives", () -> tun.fromLane.size() == before + 1);
        assertArrayEquals(body, tun.fromLane.getLast());
    }

    @ParameterizedTest
    @EnumSource
    void shouldCountWhatIsWrongAndLeaveTheRestAlone(WireRow row) throws IOException {
        byte[] good = Packets.packet("10.42.1.2", "10.42.2.2", 900, 1);
        try (RawPeer peer = greeted()) {
            expectDelivery(peer, good);
            peer.send(row.bytes(peer));
            LinkRig.until(row + " is counted", () -> lane.counters().get(row.counted()) > 0);
            if (row.sessionGoesOn()) {
                expectDelivery(peer, good);
                assertEquals(Map.of(row.counted(), 1L), troubles());
            } else {
                LinkRig.until("the session ends", () -> lane.counters().get(CounterId.SESSIONS_LOST) == 1);
                assertEquals(1, lane.counters().get(row.counted()));
            }
        }
        try (RawPeer next = greeted()) {
            expectDelivery(next, good);
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldBeToldInTheProtocolDocument(WireRow row) throws IOException {
        String line = "| " + row.sentence() + " | `" + row.counted().label() + "` | " + (row.sessionGoesOn() ? "goes on" : "ends") + " |";
        assertTrue(Files.readString(Path.of("../docs/protocol.md")).contains(line), "docs/protocol.md lacks: " + line);
    }

    @Test
    void shouldPassOnFragmentsExtensionHeadersAndTheLargestPacketsUntouched() throws IOException {
        byte[] fragment = Packets.packet("10.42.1.2", "10.42.2.2", 8, 2);
        fragment[FrameHeader.VIRTIO_LENGTH + 6] = 0x20; // more fragments (RFC 791); the kernel of the receiver bounds reassembly
        byte[] chain = Packets.packet("fd42::1:2", "fd42::2:2", 8000, 3);
        chain[FrameHeader.VIRTIO_LENGTH + 6] = 0; // a thousand hop-by-hop options (RFC 8200), each naming itself as next
        Arrays.fill(chain, FrameHeader.VIRTIO_LENGTH + 40, chain.length, (byte) 0);
        byte[] largest = Packets.packet("10.42.1.2", "10.42.2.2", 65_535 - 20, 4);
        byte[] lastHop = Packets.packet("10.42.1.2", "10.42.2.2", 8, 5);
        lastHop[FrameHeader.VIRTIO_LENGTH + 8] = 1; // the receiving kernel routes it to the container and answers for it
        try (RawPeer peer = greeted()) {
            for (byte[] body : List.of(fragment, chain, largest, lastHop)) {
                expectDelivery(peer, body);
            }
            assertEquals(Map.of(), troubles());
        }
    }

    /** Valid frames of every type with seeded damage, many to a connection; whatever they do, the next peer is served. */
    @Test
    void shouldServeTheNextPeerAfterWhateverDamage() throws IOException {
        List<byte[]> seeds = WireRow.everyType();
        RawPeer[] peer = {greeted()};
        Mutations.run(seeds, 5_000, input -> {
            try {
                peer[0].send(input);
            } catch (IOException e) { // it was garbage, and the lane closed the link
                peer[0].close();
                peer[0] = greeted();
            }
        });
        peer[0].close();
        try (RawPeer next = greeted()) {
            expectDelivery(next, Packets.packet("10.42.1.2", "10.42.2.2", 900, 1));
        }
        assertEquals(0, lane.counters().get(CounterId.UNAUTHENTICATED_LIMIT));
    }
}
