package dev.weft.frame;

import dev.weft.linux.Memory;

/**
 * Reads and writes, in place, what stands at the begin of the body of a message frame: from which socket of a media driver to which.
 * Big-endian; IPv4 addresses in the mapped form {@code ::ffff:a.b.c.d} (RFC 4291), so that both families have one shape.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +---------------------------------------------------------------+
 * |                    source address, 16 bytes                   |  0
 * +---------------------------------------------------------------+
 * |                 destination address, 16 bytes                 | 16
 * +-------------------------------+-------------------------------+
 * |          source port          |       destination port        | 32
 * +-------------------------------+-------------------------------+
 * |                        reserved, zero                         | 36
 * +---------------------------------------------------------------+
 * |   one Aeron frame, or several of one stream back to back      | 40
 * </pre>
 *
 * The network is the VNI of the frame. All addresses are native addresses of memory the caller may touch.
 */
public final class MessageHeader {
    public static final int LENGTH = 40;

    private static final int SOURCE_OFFSET = 0;
    private static final int DESTINATION_OFFSET = 16;
    private static final int SOURCE_PORT_OFFSET = 32;
    private static final int DESTINATION_PORT_OFFSET = 34;
    private static final long MAPPED = 0xFFFFL << 32;

    private MessageHeader() {
    }

    public static void write(long address, long sourceHigh, long sourceLow, int sourcePort, long destinationHigh, long destinationLow,
            int destinationPort) {
        Memory.putLongBigEndian(address + SOURCE_OFFSET, sourceHigh);
        Memory.putLongBigEndian(address + SOURCE_OFFSET + 8, sourceLow);
        Memory.putLongBigEndian(address + DESTINATION_OFFSET, destinationHigh);
        Memory.putLongBigEndian(address + DESTINATION_OFFSET + 8, destinationLow);
        Memory.putIntBigEndian(address + SOURCE_PORT_OFFSET, sourcePort << 16 | destinationPort & 0xFFFF);
        Memory.putIntBigEndian(address + SOURCE_PORT_OFFSET + 4, 0);
    }

    public static long sourceHigh(long address) {
        return Memory.getLongBigEndian(address + SOURCE_OFFSET);
    }

    public static long sourceLow(long address) {
        return Memory.getLongBigEndian(address + SOURCE_OFFSET + 8);
    }

    public static long destinationHigh(long address) {
        return Memory.getLongBigEndian(address + DESTINATION_OFFSET);
    }

    public static long destinationLow(long address) {
        return Memory.getLongBigEndian(address + DESTINATION_OFFSET + 8);
    }

    public static int sourcePort(long address) {
        return Memory.getShortBigEndian(address + SOURCE_PORT_OFFSET) & 0xFFFF;
    }

    public static int destinationPort(long address) {
        return Memory.getShortBigEndian(address + DESTINATION_PORT_OFFSET) & 0xFFFF;
    }

    /** Whether the two halves are a mapped IPv4 address. */
    public static boolean isIpv4(long high, long low) {
        return high == 0 && (low & 0xFFFFFFFF_00000000L) == MAPPED;
    }

    /** The low half of the mapped form of a big-endian IPv4 address; the high half is zero. */
    public static long mapped(int ipv4) {
        return MAPPED | ipv4 & 0xFFFFFFFFL;
    }
}
