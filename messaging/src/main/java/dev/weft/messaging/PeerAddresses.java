package dev.weft.messaging;

/**
 * The Java form of the addresses that frames come from, so that a frame costs no allocation once its sender is known. Bounded: a flood of
 * senders empties it. One thread only.
 */
final class PeerAddresses {
    private static final int CAPACITY = 4096;

    private final WireAddress[] table = new WireAddress[CAPACITY * 2];
    private int count;
    private WireAddress last = WireAddress.of(0, 0, 0);

    WireAddress get(long high, long low, int port) {
        if (last.is(high, low, port)) {
            return last;
        }
        int mask = table.length - 1;
        int at = WireAddress.hash(high, low, port) & mask;
        while (table[at] != null) {
            if (table[at].is(high, low, port)) {
                last = table[at];
                return last;
            }
            at = at + 1 & mask;
        }
        return put(high, low, port);
    }

    private WireAddress put(long high, long low, int port) {
        if (count == CAPACITY) {
            java.util.Arrays.fill(table, null);
            count = 0;
        }
        int mask = table.length - 1;
        int at = WireAddress.hash(high, low, port) & mask;
        while (table[at] != null) {
            at = at + 1 & mask;
        }
        last = WireAddress.of(high, low, port);
        table[at] = last;
        count++;
        return last;
    }
}
