package dev.weft.linux;

import dev.weft.network.IpAddresses;
import dev.weft.network.IpPrefix;
import java.io.IOException;
import java.net.InetAddress;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;

/** Single routes and neighbours of a namespace, looked up by the kernel: the cost does not grow with how many there are. */
public final class NetlinkLookup {
    private static final int RTM_GETROUTE = 26;
    private static final int RTM_GETNEIGH = 30;
    private static final int RTN_LOCAL = 2;
    private static final int RTM_F_FIB_MATCH = 0x2000;
    private static final int ROUTE_INFO = 12;
    private static final int NEIGHBOUR_INFO = 12;
    private static final int NUD_PERMANENT = 0x80;
    private static final int ENOENT = 2;
    private static final int ENETUNREACH = 101;
    private static final int EHOSTUNREACH = 113;

    private NetlinkLookup() {
    }

    /**
     * The route that decides where {@code address} goes.
     *
     * @param destination of the route, which contains the address
     * @param index       of the interface it leads to
     */
    public record Decision(IpPrefix destination, int index) {
    }

    /** Nothing when there is no route, or an unreachable one. */
    public static Optional<Decision> routeTo(RouteSocket socket, InetAddress address) throws IOException {
        byte[] bytes = address.getAddress();
        Optional<NetlinkReply> reply = route(socket, address);
        if (reply.isEmpty() || reply.get().payload().limit() < ROUTE_INFO) {
            return Optional.empty();
        }
        Map<Integer, byte[]> attributes = reply.get().attributes(ROUTE_INFO);
        byte[] destination = attributes.getOrDefault(1, new byte[bytes.length]);
        int length = reply.get().payload().get(1) & 0xFF;
        if (destination.length != bytes.length || length > bytes.length * Byte.SIZE) {
            return Optional.empty();
        }
        return Optional.of(new Decision(new IpPrefix(IpAddresses.of(destination), length),
                NetlinkReply.integer(attributes.getOrDefault(4, new byte[0])))); // RTA_OIF
    }

    /** Whether what is sent to {@code address} is taken in by the namespace itself. */
    public static boolean isLocal(RouteSocket socket, InetAddress address) throws IOException {
        Optional<NetlinkReply> reply = route(socket, address);
        return reply.isPresent() && reply.get().payload().limit() >= ROUTE_INFO && reply.get().payload().get(7) == RTN_LOCAL;
    }

    private static Optional<NetlinkReply> route(RouteSocket socket, InetAddress address) throws IOException {
        byte[] bytes = address.getAddress();
        NetlinkMessage request = new NetlinkMessage("look up the route to " + IpAddresses.format(address), RTM_GETROUTE, 0);
        request.u8(family(bytes)).u8(bytes.length * Byte.SIZE).u8(0).u8(0).u8(0).u8(0).u8(0).u8(0).u32(RTM_F_FIB_MATCH);
        return ask(socket, request.attribute(1, bytes), ENETUNREACH, EHOSTUNREACH); // RTA_DST
    }

    /** The hardware address that {@code address} permanently has on the interface; nothing when there is no permanent entry. */
    public static Optional<String> permanentNeighbour(RouteSocket socket, int index, InetAddress address) throws IOException {
        byte[] bytes = address.getAddress();
        NetlinkMessage request = new NetlinkMessage("look up neighbour " + IpAddresses.format(address), RTM_GETNEIGH, 0);
        request.u8(family(bytes)).u8(0).u16(0).u32(index).u16(0).u8(0).u8(0);
        Optional<NetlinkReply> reply = ask(socket, request.attribute(1, bytes), ENOENT); // NDA_DST
        if (reply.isEmpty() || reply.get().payload().limit() < NEIGHBOUR_INFO
                || (reply.get().payload().getShort(8) & NUD_PERMANENT) == 0) {
            return Optional.empty();
        }
        byte[] mac = reply.get().attributes(NEIGHBOUR_INFO).getOrDefault(2, new byte[0]); // NDA_LLADDR
        return Optional.of(HexFormat.ofDelimiter(":").formatHex(mac));
    }

    private static int family(byte[] address) {
        return address.length == 4 ? 2 : 10;
    }

    /** Nothing when the kernel answers with one of the errors. */
    static Optional<NetlinkReply> ask(RouteSocket socket, NetlinkMessage request, int... meaningNone) throws IOException {
        try {
            return socket.get(request);
        } catch (LinuxException e) {
            for (int errno : meaningNone) {
                if (e.errno() == errno) {
                    return Optional.empty();
                }
            }
            throw e;
        }
    }
}
