package dev.weft.rdma.verbs;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteOrder;

/** Between Java's socket addresses and struct sockaddr_in / sockaddr_in6 (netinet/in.h). */
final class SocketAddresses {
    private static final short AF_INET = 2;
    private static final short AF_INET6 = 10;
    private static final int IPV4_LENGTH = 16;
    private static final int IPV6_LENGTH = 28;
    private static final int PORT = 2;
    private static final int IPV4_ADDRESS = 4;
    private static final int IPV6_ADDRESS = 8;
    private static final int IPV6_SCOPE = 24;
    private static final ValueLayout.OfShort NETWORK_SHORT = JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN);

    private SocketAddresses() {
    }

    /** @throws IOException when the address is not an IP address or was not resolved */
    static MemorySegment write(SocketAddress address, Arena arena) throws IOException {
        if (!(address instanceof InetSocketAddress ip)) {
            throw new IOException(address + " is not an IP address");
        }
        if (ip.isUnresolved()) {
            throw new IOException("host name " + ip.getHostString() + " cannot be resolved");
        }
        byte[] bytes = ip.getAddress().getAddress();
        MemorySegment to;
        if (ip.getAddress() instanceof Inet4Address) {
            to = arena.allocate(IPV4_LENGTH, 8);
            to.set(JAVA_SHORT, 0, AF_INET);
            MemorySegment.copy(bytes, 0, to, JAVA_BYTE, IPV4_ADDRESS, bytes.length);
        } else {
            to = arena.allocate(IPV6_LENGTH, 8);
            to.set(JAVA_SHORT, 0, AF_INET6);
            MemorySegment.copy(bytes, 0, to, JAVA_BYTE, IPV6_ADDRESS, bytes.length);
            to.set(JAVA_INT, IPV6_SCOPE, ((Inet6Address) ip.getAddress()).getScopeId());
        }
        to.set(NETWORK_SHORT, PORT, (short) ip.getPort());
        return to;
    }

    /** @param from a sockaddr_storage; @return null when it holds no IP address */
    static InetSocketAddress read(MemorySegment from) throws IOException {
        int port = from.get(NETWORK_SHORT, PORT) & 0xFFFF;
        return switch (from.get(JAVA_SHORT, 0)) {
            case AF_INET -> new InetSocketAddress(InetAddress.getByAddress(from.asSlice(IPV4_ADDRESS, 4).toArray(JAVA_BYTE)), port);
            case AF_INET6 -> {
                byte[] bytes = from.asSlice(IPV6_ADDRESS, 16).toArray(JAVA_BYTE);
                yield new InetSocketAddress(Inet6Address.getByAddress(null, bytes, from.get(JAVA_INT, IPV6_SCOPE)), port);
            }
            default -> null;
        };
    }
}
