package dev.weft.network;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Objects;

/**
 * An address range in CIDR form, IPv4 or IPv6. The address is stored with its host bits cleared; {@link #parse} refuses a text
 * that has them set, because in a configuration file that is nearly always a slip.
 *
 * @param address first address of the range
 * @param length  prefix length in bits, 0..32 or 0..128
 */
public record IpPrefix(InetAddress address, int length) {

    public IpPrefix {
        Objects.requireNonNull(address, "address");
        int max = address.getAddress().length * 8;
        if (length < 0 || length > max) {
            throw new IllegalArgumentException("prefix length " + length + " is not within 0.." + max);
        }
        address = masked(address, length);
    }

    /**
     * @param text {@code 10.42.1.0/24} or {@code fd42:0:0:1::/64}; literals only, a name is never looked up
     * @throws IllegalArgumentException with what is wrong and the nearest right form
     */
    public static IpPrefix parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            throw new IllegalArgumentException("'" + text + "' has no prefix length; write for example " + text + "/24");
        }
        InetAddress address = IpAddresses.parse(text.substring(0, slash));
        int length;
        try {
            length = Integer.parseInt(text.substring(slash + 1));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("'" + text + "' has a prefix length that is not a number", e);
        }
        IpPrefix prefix = new IpPrefix(address, length);
        if (!prefix.address.equals(address)) {
            throw new IllegalArgumentException("'" + text + "' has host bits set; did you mean " + prefix + "?");
        }
        return prefix;
    }

    /** The range that holds this one address: /32 or /128. */
    public static IpPrefix host(InetAddress address) {
        return new IpPrefix(address, address.getAddress().length * 8);
    }

    public boolean isIpv4() {
        return address.getAddress().length == 4;
    }

    public boolean contains(InetAddress candidate) {
        return candidate.getAddress().length == address.getAddress().length && masked(candidate, length).equals(address);
    }

    /** Whether every address of {@code other} lies in this range. */
    public boolean contains(IpPrefix other) {
        return other.length >= length && contains(other.address);
    }

    public boolean overlaps(IpPrefix other) {
        return contains(other.address) || other.contains(address);
    }

    /** The address {@code offset} places after the first one; the caller keeps the offset within the range. */
    public InetAddress nth(long offset) {
        byte[] bytes = address.getAddress();
        long carry = offset;
        for (int i = bytes.length - 1; i >= 0 && carry != 0; i--) {
            carry += bytes[i] & 0xFF;
            bytes[i] = (byte) carry;
            carry >>= 8;
        }
        return IpAddresses.of(bytes);
    }

    private static InetAddress masked(InetAddress address, int length) {
        byte[] bytes = address.getAddress();
        int whole = length / 8;
        if (whole < bytes.length) {
            bytes[whole] &= (byte) (0xFF00 >> (length % 8));
            Arrays.fill(bytes, whole + 1, bytes.length, (byte) 0);
        }
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new AssertionError(e); // the length came from an address
        }
    }

    @Override
    public String toString() {
        return IpAddresses.format(address) + "/" + length;
    }
}
