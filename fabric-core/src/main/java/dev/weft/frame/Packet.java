package dev.weft.frame;

import dev.weft.linux.Memory;

/**
 * Looks at an IP packet in native memory: just enough to route it. RFC 791 section 3.1, RFC 8200 section 3. Allocates nothing.
 */
public final class Packet {
    public static final int MALFORMED = 0;
    public static final int IPV4 = 4;
    public static final int IPV6 = 6;

    private static final int IPV4_MIN_HEADER = 20;
    private static final int IPV6_HEADER = 40;

    private Packet() {
    }

    /**
     * @param length bytes at hand; the packet's own length field must say the same
     * @return {@link #IPV4}, {@link #IPV6} or {@link #MALFORMED}
     */
    public static int check(long address, int length) {
        if (length < IPV4_MIN_HEADER) {
            return MALFORMED;
        }
        int first = Memory.getByte(address) & 0xFF;
        return switch (first >>> 4) {
            case 4 -> checkIpv4(address, length, (first & 0xF) * 4);
            case 6 -> checkIpv6(address, length);
            default -> MALFORMED;
        };
    }

    private static int checkIpv4(long address, int length, int headerLength) {
        int total = Memory.getShortBigEndian(address + 2) & 0xFFFF;
        return headerLength >= IPV4_MIN_HEADER && headerLength <= total && total == length ? IPV4 : MALFORMED;
    }

    private static int checkIpv6(long address, int length) {
        if (length < IPV6_HEADER) {
            return MALFORMED;
        }
        int payload = Memory.getShortBigEndian(address + 4) & 0xFFFF;
        return payload + IPV6_HEADER == length ? IPV6 : MALFORMED;
    }

    public static int ipv4Source(long address) {
        return Memory.getIntBigEndian(address + 12);
    }

    public static int ipv4Destination(long address) {
        return Memory.getIntBigEndian(address + 16);
    }

    /** Whether an IPv4 address means more than one host: 224.0.0.0/4, and what lies above it with the limited broadcast (RFC 1112). */
    public static boolean isIpv4Group(int address) {
        return address >>> 28 >= 0xE;
    }

    /** Whether an IPv6 address, of which the higher half is given, means more than one host: ff00::/8 (RFC 4291 section 2.7). */
    public static boolean isIpv6Group(long high) {
        return high >>> 56 == 0xFF;
    }

    public static long ipv6SourceHigh(long address) {
        return Memory.getLongBigEndian(address + 8);
    }

    public static long ipv6SourceLow(long address) {
        return Memory.getLongBigEndian(address + 16);
    }

    public static long ipv6DestinationHigh(long address) {
        return Memory.getLongBigEndian(address + 24);
    }

    public static long ipv6DestinationLow(long address) {
        return Memory.getLongBigEndian(address + 32);
    }
}
