package dev.weft.messaging;

import dev.weft.agent.AgentView;
import dev.weft.agent.config.MessagingConfig.OfNetwork;
import dev.weft.control.ControlHandler;
import dev.weft.counters.CounterId;
import dev.weft.lane.Lane;
import dev.weft.lane.LaneConfig;
import dev.weft.lane.LaneEvents;
import dev.weft.lane.LaneTransports;
import dev.weft.link.LinkRig;
import dev.weft.link.MemoryTransport;
import dev.weft.linux.Descriptors;
import dev.weft.linux.Errno;
import dev.weft.loop.LaneLoop;
import dev.weft.message.MessageLane;
import dev.weft.message.MessagePlane;
import dev.weft.network.IpAddresses;
import dev.weft.network.IpPrefix;
import dev.weft.peer.Peers;
import dev.weft.peer.Peers.LocalAddress;
import dev.weft.route.LocalChange;
import dev.weft.route.PeerRanges;
import dev.weft.session.LocalHost;
import dev.weft.session.RdmaPolicy;
import dev.weft.session.RemoteHost;
import dev.weft.session.SessionConfig;
import dev.weft.tun.PacketQueue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;

/** Drivers of two hosts on real lanes and sessions; the links between them are in memory. */
final class TwoLanes implements AutoCloseable {
    static final int BLUE = 5;
    static final int RED = 6;

    private static final SessionConfig SESSION = new SessionConfig(200_000_000L, 5_000_000_000L, 5_000_000_000L, 10_000_000L,
            100_000_000L, 80_000_000L, 300_000_000_000L);

    final MemoryTransport network = new MemoryTransport();
    final Host a;
    final Host b;

    /** One host: a lane, drivers, and addresses in two networks. */
    static final class Host implements MessagePlane {
        final Drivers drivers = new Drivers();
        final LaneMail mail = new LaneMail(drivers);
        final List<NetworkDriver> running = new ArrayList<>();
        final Lane lane;

        private Host(String id, int port, MemoryTransport network) {
            LocalHost local = new LocalHost(id, 1000, 1, 65000, new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            lane = new Lane(new LaneConfig(0, local, SESSION, peer -> RdmaPolicy.PREFER, 0), new Silence(),
                    new LaneTransports(network, null), LaneEvents.NONE);
            lane.carry(this);
        }

        NetworkDriver start(OfNetwork config, Path directory) throws IOException {
            NetworkDriver driver = NetworkDriver.start(config, null, directory.toString(), drivers, new LaneMail[] {mail});
            drivers.add(driver);
            running.add(driver);
            return driver;
        }

        long count(CounterId id) {
            return lane.counters().get(id);
        }

        @Override
        public MessageLane open(LaneLoop loop) {
            mail.open(loop);
            return mail;
        }

        @Override
        public void locals(Collection<Peers.LocalAddress> addresses) {
            drivers.locals(addresses);
        }

        @Override
        public List<ControlHandler> handlers(Supplier<AgentView> view) {
            return List.of();
        }

        @Override
        public void close() {
            running.forEach(NetworkDriver::close);
            lane.close();
        }
    }

    /** A TUN queue on which nothing ever arrives. */
    private static final class Silence implements PacketQueue {
        private final int event;

        Silence() {
            try {
                event = Descriptors.openEvent();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public int fd() {
            return event;
        }

        @Override
        public int read(long address, int capacity) {
            return -Errno.EAGAIN;
        }

        @Override
        public int write(long address, int length) {
            throw new AssertionError("no packet was sent");
        }

        @Override
        public void close() {
            try {
                Descriptors.close(event);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    TwoLanes() throws IOException {
        a = new Host("a", 4790, network);
        b = new Host("b", 5790, network);
        a.lane.start();
        b.lane.start();
        own(a, "10.42.1.2", "10.43.1.2");
        own(b, "10.42.2.2", "10.43.2.2");
        a.lane.ranges(ranges("2").build());
        b.lane.ranges(ranges("1").build());
        a.lane.addPeer(new RemoteHost(0, "b", new InetSocketAddress(InetAddress.getLoopbackAddress(), 5790)));
        b.lane.addPeer(new RemoteHost(0, "a", new InetSocketAddress(InetAddress.getLoopbackAddress(), 4790)));
        LinkRig.until("session", () -> isEstablished(a) && isEstablished(b));
    }

    private static void own(Host host, String blue, String red) {
        host.locals(List.of(new LocalAddress(IpAddresses.parse(blue), BLUE), new LocalAddress(IpAddresses.parse(red), RED)));
        host.lane.locals(List.of(local(blue, BLUE), local(red, RED)));
    }

    static LocalChange local(String address, int vni) {
        return new LocalChange(IpAddresses.parse(address), vni);
    }

    /** What a host believes of the peer with that third byte in its addresses. */
    static PeerRanges.Builder ranges(String peer) {
        return new PeerRanges.Builder().peer(IpPrefix.parse("10.42." + peer + ".0/24"), BLUE, 0)
                .peer(IpPrefix.parse("10.43." + peer + ".0/24"), RED, 0);
    }

    static boolean isEstablished(Host host) {
        return LinkRig.await(host.lane.status()).stream().anyMatch(session -> session.state().equals("established"));
    }

    @Override
    public void close() {
        a.close();
        b.close();
    }
}
