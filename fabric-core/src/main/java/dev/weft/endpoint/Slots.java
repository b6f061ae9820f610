package dev.weft.endpoint;

import java.util.BitSet;

/**
 * The small numbers that name host interfaces, {@code wf<vni hex>x<slot hex>}. An interface name has at most 15 bytes: six digits
 * of VNI leave six of slot. Given in turn: what still names a slot just freed does not meet another endpoint. Thread-safe.
 */
final class Slots {
    static final int MAX = 0xFFFFFF;
    private final BitSet taken = new BitSet();
    private int cursor;

    synchronized int take() {
        if (taken.cardinality() > MAX) {
            throw new IllegalStateException("every slot is taken");
        }
        int slot = taken.nextClearBit(cursor);
        if (slot > MAX) {
            slot = taken.nextClearBit(0);
        }
        taken.set(slot);
        cursor = slot + 1;
        return slot;
    }

    /** Whether the slot was free. */
    synchronized boolean adopt(int slot) {
        boolean free = !taken.get(slot);
        taken.set(slot);
        cursor = Math.max(cursor, slot + 1);
        return free;
    }

    synchronized void free(int slot) {
        taken.clear(slot);
    }

    static String interfaceName(int vni, int slot) {
        return "wf" + Integer.toHexString(vni) + "x" + Integer.toHexString(slot);
    }
}
