package dev.weft.messaging;

import dev.weft.frame.MessageHeader;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;

/**
 * An address and port in the shape of a {@link MessageHeader}.
 *
 * @param high   first 8 bytes of the address, IPv4 in the mapped form
 * @param low    last 8 bytes
 * @param socket the same for Java
 */
record WireAddress(long high, long low, int port, InetSocketAddress socket) {

    static WireAddress of(InetSocketAddress socket) {
        InetAddress address = socket.getAddress();
        return new WireAddress(high(address), low(address), socket.getPort(), socket);
    }

    static WireAddress of(long high, long low, int port) {
        try {
            byte[] bytes = MessageHeader.isIpv4(high, low) ? ByteBuffer.allocate(4).putInt((int) low).array()
                    : ByteBuffer.allocate(16).putLong(high).putLong(low).array();
            return new WireAddress(high, low, port, new InetSocketAddress(InetAddress.getByAddress(bytes), port));
        } catch (UnknownHostException e) {
            throw new AssertionError(e); // 4 or 16 bytes
        }
    }

    static long high(InetAddress address) {
        return address instanceof Inet4Address ? 0 : ByteBuffer.wrap(address.getAddress()).getLong(0);
    }

    static long low(InetAddress address) {
        ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
        return address instanceof Inet4Address ? MessageHeader.mapped(bytes.getInt(0)) : bytes.getLong(8);
    }

    boolean isIpv4() {
        return MessageHeader.isIpv4(high, low);
    }

    boolean is(long otherHigh, long otherLow, int otherPort) {
        return low == otherLow && port == otherPort && high == otherHigh;
    }

    static int hash(long high, long low, int port) {
        long mixed = (high * 31 + low) * 0x9E3779B97F4A7C15L + port * 0xC2B2AE3D27D4EB4FL;
        return (int) (mixed >>> 32 ^ mixed);
    }
}
