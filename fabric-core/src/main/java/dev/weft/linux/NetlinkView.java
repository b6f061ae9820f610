package dev.weft.linux;

import dev.weft.network.IpAddresses;
import dev.weft.network.IpPrefix;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a namespace has: links, addresses and our routes, as rtnetlink lists them. */
public final class NetlinkView {
    private static final int RTM_GETLINK = 18;
    private static final int RTM_GETADDR = 22;
    private static final int RTM_GETROUTE = 26;
    private static final int IFLA_EXT_MASK = 29;
    private static final int SKIP_STATISTICS = 8; // RTEXT_FILTER_SKIP_STATS
    private static final int IFF_UP = 0x1;
    private static final byte IF_OPER_UP = 6;
    private static final int INTERFACE_INFO = 16;
    private static final int ADDRESS_INFO = 8;
    private static final int ROUTE_INFO = 12;

    private NetlinkView() {
    }

    /**
     * An interface.
     *
     * @param up          somebody has brought it up
     * @param operational it has a carrier, too, and the kernel sends through it (RFC 2863); some kinds never say so
     * @param kind        {@code veth}, {@code tun}, ...; empty for others
     * @param alias       what somebody noted on it; empty for nothing
     */
    public record LinkInfo(int index, String name, String mac, int mtu, boolean up, boolean operational, String kind, String alias) {
    }

    /** An address on an interface. */
    public record AddressInfo(int index, InetAddress address, int prefixLength) {
    }

    /** A route of the main table that Weft made; interface 0 for an unreachable one. */
    public record RouteInfo(IpPrefix destination, int index, boolean unreachable) {
    }

    public static List<LinkInfo> links(RouteSocket socket) throws IOException {
        NetlinkMessage request = new NetlinkMessage("list interfaces", RTM_GETLINK, NetlinkMessage.DUMP);
        List<LinkInfo> links = new ArrayList<>();
        for (NetlinkReply reply : socket.dump(request.u8(0).u8(0).u16(0).u32(0).u32(0).u32(0).attribute(IFLA_EXT_MASK, SKIP_STATISTICS))) {
            link(reply).ifPresent(links::add);
        }
        return links;
    }

    /** The interface of that name, if there is one. */
    public static Optional<LinkInfo> link(RouteSocket socket, String name) throws IOException {
        NetlinkMessage request = new NetlinkMessage("look up interface " + name, RTM_GETLINK, 0);
        request.u8(0).u8(0).u16(0).u32(0).u32(0).u32(0).attribute(3, name).attribute(IFLA_EXT_MASK, SKIP_STATISTICS);
        return socket.get(request).flatMap(NetlinkView::link);
    }

    static Optional<LinkInfo> link(NetlinkReply reply) {
        if (reply.payload().limit() < INTERFACE_INFO) {
            return Optional.empty();
        }
        Map<Integer, byte[]> attributes = reply.attributes(INTERFACE_INFO);
        byte[] name = attributes.get(3);
        if (name == null) {
            return Optional.empty();
        }
        byte[] mac = attributes.getOrDefault(1, new byte[0]);
        byte[] kind = NetlinkReply.nested(attributes.getOrDefault(18, new byte[0])).getOrDefault(1, new byte[0]);
        int flags = reply.payload().getInt(8);
        return Optional.of(new LinkInfo(reply.payload().getInt(4), NetlinkReply.text(name), HexFormat.ofDelimiter(":").formatHex(mac),
                NetlinkReply.integer(attributes.getOrDefault(4, new byte[0])), (flags & IFF_UP) != 0,
                Arrays.equals(attributes.get(16), new byte[] {IF_OPER_UP}), NetlinkReply.text(kind),
                NetlinkReply.text(attributes.getOrDefault(20, new byte[0]))));
    }

    public static List<AddressInfo> addresses(RouteSocket socket) throws IOException {
        NetlinkMessage request = new NetlinkMessage("list addresses", RTM_GETADDR, NetlinkMessage.DUMP);
        List<AddressInfo> addresses = new ArrayList<>();
        for (NetlinkReply reply : socket.dump(request.u8(0).u8(0).u8(0).u8(0).u32(0))) {
            if (reply.payload().limit() < ADDRESS_INFO) {
                continue;
            }
            Map<Integer, byte[]> attributes = reply.attributes(ADDRESS_INFO);
            byte[] bytes = attributes.getOrDefault(2, attributes.getOrDefault(1, new byte[0])); // IFA_LOCAL, else IFA_ADDRESS
            if (bytes.length == 4 || bytes.length == 16) {
                addresses.add(new AddressInfo(reply.payload().getInt(4), IpAddresses.of(bytes), reply.payload().get(1) & 0xFF));
            }
        }
        return addresses;
    }

    /** Routes that carry our protocol number; nobody else's. */
    public static List<RouteInfo> ownRoutes(RouteSocket socket) throws IOException {
        NetlinkMessage request = new NetlinkMessage("list routes", RTM_GETROUTE, NetlinkMessage.DUMP);
        request.u8(0).u8(0).u8(0).u8(0).u8(0).u8(0).u8(0).u8(0).u32(0);
        List<RouteInfo> routes = new ArrayList<>();
        for (NetlinkReply reply : socket.dump(request)) {
            if (reply.payload().limit() < ROUTE_INFO || (reply.payload().get(5) & 0xFF) != NetlinkBatch.PROTOCOL_WEFT) {
                continue;
            }
            Map<Integer, byte[]> attributes = reply.attributes(ROUTE_INFO);
            int length = reply.payload().get(1) & 0xFF;
            byte[] zero = new byte[reply.payload().get(0) == 2 ? 4 : 16];
            byte[] destination = attributes.getOrDefault(1, zero);
            if (destination.length == zero.length && length <= zero.length * 8) {
                routes.add(new RouteInfo(new IpPrefix(IpAddresses.of(destination), length),
                        NetlinkReply.integer(attributes.getOrDefault(4, new byte[0])), reply.payload().get(7) == 7));
            }
        }
        return routes;
    }
}
