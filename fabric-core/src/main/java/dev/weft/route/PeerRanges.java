package dev.weft.route;

import dev.weft.network.IpPrefix;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Which peer's subnet an address lies in. Immutable: the control side builds a new one when the directory changes. Subnets of peers are
 * disjoint (the directory refuses overlaps), so longest-prefix match is a binary search over sorted intervals.
 */
public final class PeerRanges {
    public static final PeerRanges NONE = new Builder().build();

    private final int[] starts4; // flipped to sort as unsigned
    private final int[] ends4;
    private final long[] routes4;
    private final long[] startsHigh6;
    private final long[] startsLow6;
    private final int[] lengths6;
    private final long[] routes6;

    private PeerRanges(List<PeerRange> ranges) {
        List<PeerRange> v4 = ranges.stream().filter(r -> r.prefix.isIpv4()).sorted(Comparator.comparingInt(r -> first4(r.prefix))).toList();
        starts4 = v4.stream().mapToInt(r -> first4(r.prefix)).toArray();
        ends4 = v4.stream().mapToInt(r -> first4(r.prefix) + (int) ((1L << 32 - r.prefix.length()) - 1)).toArray();
        routes4 = v4.stream().mapToLong(PeerRange::route).toArray();
        List<PeerRange> v6 = ranges.stream().filter(r -> !r.prefix.isIpv4())
                .sorted((a, b) -> compare6(high(a.prefix.address()), low(a.prefix.address()), high(b.prefix.address()),
                        low(b.prefix.address()))).toList();
        startsHigh6 = v6.stream().mapToLong(r -> high(r.prefix.address())).toArray();
        startsLow6 = v6.stream().mapToLong(r -> low(r.prefix.address())).toArray();
        lengths6 = v6.stream().mapToInt(r -> r.prefix.length()).toArray();
        routes6 = v6.stream().mapToLong(PeerRange::route).toArray();
    }

    long lookup4(int address) {
        int key = address ^ Integer.MIN_VALUE;
        int low = 0;
        int high = starts4.length - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            if (starts4[middle] > key) {
                high = middle - 1;
            } else if (ends4[middle] < key) {
                low = middle + 1;
            } else {
                return routes4[middle];
            }
        }
        return Route.NONE;
    }

    long lookup6(long addressHigh, long addressLow) {
        int low = 0;
        int high = routes6.length - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            if (compare6(startsHigh6[middle], startsLow6[middle], addressHigh, addressLow) > 0) {
                high = middle - 1;
            } else {
                low = middle + 1;
            }
        }
        return high >= 0 && within6(high, addressHigh, addressLow) ? routes6[high] : Route.NONE;
    }

    private boolean within6(int index, long addressHigh, long addressLow) {
        int length = lengths6[index];
        long highMask = length >= 64 ? -1L : length == 0 ? 0 : -1L << 64 - length;
        long lowMask = length <= 64 ? 0 : -1L << 128 - length;
        return (addressHigh & highMask) == startsHigh6[index] && (addressLow & lowMask) == startsLow6[index];
    }

    private static int first4(IpPrefix prefix) {
        return ByteBuffer.wrap(prefix.address().getAddress()).getInt() ^ Integer.MIN_VALUE;
    }

    private static long high(InetAddress address) {
        return ByteBuffer.wrap(address.getAddress()).getLong(0);
    }

    private static long low(InetAddress address) {
        return ByteBuffer.wrap(address.getAddress()).getLong(8);
    }

    private static int compare6(long aHigh, long aLow, long bHigh, long bLow) {
        int high = Long.compareUnsigned(aHigh, bHigh);
        return high != 0 ? high : Long.compareUnsigned(aLow, bLow);
    }

    private record PeerRange(IpPrefix prefix, long route) {
    }

    /** Collects the ranges. Not thread-safe. */
    public static final class Builder {
        private final List<PeerRange> ranges = new ArrayList<>();

        /** The caller has made sure that ranges do not overlap. */
        public Builder peer(IpPrefix prefix, int vni, int peerIndex) {
            ranges.add(new PeerRange(prefix, Route.peer(vni, peerIndex)));
            return this;
        }

        public PeerRanges build() {
            return new PeerRanges(ranges);
        }
    }
}
