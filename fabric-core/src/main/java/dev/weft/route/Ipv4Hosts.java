package dev.weft.route;

import java.nio.ByteBuffer;
import java.util.List;

/** Exact-match table of this host's IPv4 addresses; open addressing, at most half full. */
final class Ipv4Hosts {
    private final int[] keys;
    private final long[] routes;
    private final int mask;

    Ipv4Hosts(List<RouteTable.Local> locals) {
        List<RouteTable.Local> mine = locals.stream().filter(l -> l.address().getAddress().length == 4).toList();
        int capacity = Integer.highestOneBit(Math.max(2, mine.size() * 2)) * 2;
        keys = new int[capacity];
        routes = new long[capacity];
        mask = capacity - 1;
        for (RouteTable.Local local : mine) {
            int key = ByteBuffer.wrap(local.address().getAddress()).getInt();
            int slot = slot(key);
            while (routes[slot] != Route.NONE && keys[slot] != key) {
                slot = (slot + 1) & mask;
            }
            keys[slot] = key;
            routes[slot] = Route.local(local.vni());
        }
    }

    long lookup(int key) {
        int slot = slot(key);
        while (routes[slot] != Route.NONE) {
            if (keys[slot] == key) {
                return routes[slot];
            }
            slot = (slot + 1) & mask;
        }
        return Route.NONE;
    }

    private int slot(int key) {
        int mixed = key * 0x9E3779B9; // Fibonacci hashing: neighbouring addresses spread
        return (mixed ^ mixed >>> 15) & mask;
    }
}
