package dev.weft.route;

/**
 * Exact-match table of this host's IPv4 addresses: open addressing with linear probing, at most half full. An entry that goes leaves no
 * tombstone, what stands behind it moves up. One thread.
 */
final class Ipv4Hosts {
    private static final int SMALLEST = 16;
    private int[] keys = new int[SMALLEST];
    private long[] routes = new long[SMALLEST];
    private int size;

    long lookup(int key) {
        return routes[find(key)]; // an empty place says NONE
    }

    void put(int key, long route) {
        int slot = find(key);
        if (routes[slot] == Route.NONE) {
            size++;
            if (size * 2 > keys.length) {
                grow();
                slot = find(key);
            }
        }
        keys[slot] = key;
        routes[slot] = route;
    }

    void remove(int key) {
        int hole = find(key);
        if (routes[hole] == Route.NONE) {
            return;
        }
        size--;
        int mask = keys.length - 1;
        for (int next = hole + 1 & mask; routes[next] != Route.NONE; next = next + 1 & mask) {
            if ((next - home(keys[next]) & mask) >= (next - hole & mask)) { // the hole lies between its home and it
                keys[hole] = keys[next];
                routes[hole] = routes[next];
                hole = next;
            }
        }
        routes[hole] = Route.NONE;
    }

    /** Where the key is, or the empty place where it would be. */
    private int find(int key) {
        int mask = keys.length - 1;
        int slot = home(key);
        while (routes[slot] != Route.NONE && keys[slot] != key) {
            slot = slot + 1 & mask;
        }
        return slot;
    }

    private int home(int key) {
        int mixed = key * 0x9E3779B9; // Fibonacci hashing: neighbouring addresses spread
        return (mixed ^ mixed >>> 15) & keys.length - 1;
    }

    /** Twice the room; a change costs the same on average, however many there are. */
    private void grow() {
        int[] oldKeys = keys;
        long[] oldRoutes = routes;
        keys = new int[oldKeys.length * 2];
        routes = new long[keys.length];
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldRoutes[i] != Route.NONE) {
                int slot = find(oldKeys[i]);
                keys[slot] = oldKeys[i];
                routes[slot] = oldRoutes[i];
            }
        }
    }
}
