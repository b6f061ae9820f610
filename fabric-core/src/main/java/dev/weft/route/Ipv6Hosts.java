package dev.weft.route;

import java.nio.ByteBuffer;
import java.util.List;

/** Exact-match table of this host's IPv6 addresses; open addressing, at most half full. */
final class Ipv6Hosts {
    private final long[] highs;
    private final long[] lows;
    private final long[] routes;
    private final int mask;

    Ipv6Hosts(List<RouteTable.Local> locals) {
        List<RouteTable.Local> mine = locals.stream().filter(l -> l.address().getAddress().length == 16).toList();
        int capacity = Integer.highestOneBit(Math.max(2, mine.size() * 2)) * 2;
        highs = new long[capacity];
        lows = new long[capacity];
        routes = new long[capacity];
        mask = capacity - 1;
        for (RouteTable.Local local : mine) {
            ByteBuffer bytes = ByteBuffer.wrap(local.address().getAddress());
            long high = bytes.getLong();
            long low = bytes.getLong();
            int slot = slot(high, low);
            while (routes[slot] != Route.NONE && (highs[slot] != high || lows[slot] != low)) {
                slot = (slot + 1) & mask;
            }
            highs[slot] = high;
            lows[slot] = low;
            routes[slot] = Route.local(local.vni());
        }
    }

    long lookup(long high, long low) {
        int slot = slot(high, low);
        while (routes[slot] != Route.NONE) {
            if (highs[slot] == high && lows[slot] == low) {
                return routes[slot];
            }
            slot = (slot + 1) & mask;
        }
        return Route.NONE;
    }

    private int slot(long high, long low) {
        long mixed = (high ^ Long.rotateLeft(low, 29)) * 0x9E3779B97F4A7C15L; // Fibonacci hashing
        return (int) (mixed ^ mixed >>> 32) & mask;
    }
}
