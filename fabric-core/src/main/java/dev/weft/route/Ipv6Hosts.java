package dev.weft.route;

/** As {@link Ipv4Hosts}, for this host's IPv6 addresses. One thread. */
final class Ipv6Hosts {
    private static final int SMALLEST = 16;
    private long[] highs = new long[SMALLEST];
    private long[] lows = new long[SMALLEST];
    private long[] routes = new long[SMALLEST];
    private int size;

    long lookup(long high, long low) {
        return routes[find(high, low)]; // an empty place says NONE
    }

    void put(long high, long low, long route) {
        int slot = find(high, low);
        if (routes[slot] == Route.NONE) {
            size++;
            if (size * 2 > routes.length) {
                grow();
                slot = find(high, low);
            }
        }
        set(slot, high, low, route);
    }

    void remove(long high, long low) {
        int hole = find(high, low);
        if (routes[hole] == Route.NONE) {
            return;
        }
        size--;
        int mask = routes.length - 1;
        for (int next = hole + 1 & mask; routes[next] != Route.NONE; next = next + 1 & mask) {
            if ((next - home(highs[next], lows[next]) & mask) >= (next - hole & mask)) { // the hole lies between its home and it
                set(hole, highs[next], lows[next], routes[next]);
                hole = next;
            }
        }
        routes[hole] = Route.NONE;
    }

    private void set(int slot, long high, long low, long route) {
        highs[slot] = high;
        lows[slot] = low;
        routes[slot] = route;
    }

    /** Where the key is, or the empty place where it would be. */
    private int find(long high, long low) {
        int mask = routes.length - 1;
        int slot = home(high, low);
        while (routes[slot] != Route.NONE && (highs[slot] != high || lows[slot] != low)) {
            slot = slot + 1 & mask;
        }
        return slot;
    }

    private int home(long high, long low) {
        long mixed = (high ^ Long.rotateLeft(low, 29)) * 0x9E3779B97F4A7C15L; // Fibonacci hashing
        return (int) (mixed ^ mixed >>> 32) & routes.length - 1;
    }

    private void grow() {
        long[] oldHighs = highs;
        long[] oldLows = lows;
        long[] oldRoutes = routes;
        highs = new long[oldRoutes.length * 2];
        lows = new long[oldRoutes.length * 2];
        routes = new long[oldRoutes.length * 2];
        for (int i = 0; i < oldRoutes.length; i++) {
            if (oldRoutes[i] != Route.NONE) {
                set(find(oldHighs[i], oldLows[i]), oldHighs[i], oldLows[i], oldRoutes[i]);
            }
        }
    }
}
