package dev.weft.lane;

import dev.weft.counters.CounterId;
import dev.weft.counters.Counters;
import dev.weft.frame.FrameHeader;
import dev.weft.frame.Packet;
import dev.weft.route.Route;
import dev.weft.session.Session;
import dev.weft.tun.PacketQueue;

/**
 * From a session to the TUN queue: the packet must be whole, the peer must own its source address (cryptokey routing), the
 * destination must be an address of this host, and all must belong to the network the frame names. Written straight from the memory it
 * was received in. Lane's thread only.
 */
final class Ingress {
    private final PacketQueue tun;
    private final LanePeers peers;
    private final Counters counters;

    Ingress(PacketQueue tun, LanePeers peers, Counters counters) {
        this.tun = tun;
        this.peers = peers;
        this.counters = counters;
    }

    /**
     * @param body       address of the virtio header
     * @param bodyLength virtio header and packet
     */
    void deliver(Session session, int vni, long body, int bodyLength) {
        int length = bodyLength - FrameHeader.VIRTIO_LENGTH;
        CounterId refused = check(session, vni, body + FrameHeader.VIRTIO_LENGTH, length);
        if (refused != null) {
            counters.increment(refused);
        } else if (tun.write(body, bodyLength) < 0) {
            counters.increment(CounterId.INGRESS_DROP_TUN);
        } else {
            counters.increment(CounterId.INGRESS_PACKETS);
            counters.add(CounterId.INGRESS_BYTES, length);
        }
    }

    private CounterId check(Session session, int vni, long packet, int length) {
        int version = Packet.check(packet, length);
        if (version == Packet.MALFORMED) {
            return CounterId.INGRESS_DROP_MALFORMED;
        }
        boolean ipv4 = version == Packet.IPV4;
        long source = ipv4 ? peers.routes().lookup4(Packet.ipv4Source(packet))
                : peers.routes().lookup6(Packet.ipv6SourceHigh(packet), Packet.ipv6SourceLow(packet));
        if (Route.kind(source) != Route.KIND_PEER || Route.peerIndex(source) != session.peer().index()) {
            return CounterId.INGRESS_DROP_FOREIGN_SOURCE;
        }
        long destination = ipv4 ? peers.routes().lookup4(Packet.ipv4Destination(packet))
                : peers.routes().lookup6(Packet.ipv6DestinationHigh(packet), Packet.ipv6DestinationLow(packet));
        if (Route.kind(destination) != Route.KIND_LOCAL) {
            return CounterId.INGRESS_DROP_UNKNOWN_DESTINATION;
        }
        return Route.vni(source) == vni && Route.vni(destination) == vni ? null : CounterId.INGRESS_DROP_NETWORK_MISMATCH;
    }
}
