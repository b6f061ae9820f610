package dev.weft.perf.transport;

import dev.weft.linux.Memory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Keeps copies of messages that arrived when nobody could take them, in order, until they are taken. Bounded: what does not fit is dropped,
 * and the gap in the sequence tells. One thread.
 *
 * <pre>
 *  | length (4) | message ... | length (4) | message ... |       from .. to
 * </pre>
 */
final class Overflow {
    private static final int CAPACITY = 8 << 20;

    private final Arena arena = Arena.ofAuto();
    private MemorySegment memory;
    private int from;
    private int to;

    boolean isEmpty() {
        return from == to;
    }

    /** @return whether there was room */
    boolean add(long address, int length) {
        if (memory == null) {
            memory = arena.allocate(CAPACITY, 8);
        }
        if (to + Integer.BYTES + length > CAPACITY) {
            return false;
        }
        Memory.putIntBigEndian(memory.address() + to, length);
        Memory.copy(address, memory.address() + to + Integer.BYTES, length);
        to += Integer.BYTES + length;
        return true;
    }

    /** @return messages the handler took */
    int deliver(MessageHandler handler, int limit) {
        int delivered = 0;
        while (delivered < limit && from < to) {
            int length = Memory.getIntBigEndian(memory.address() + from);
            if (!handler.onMessage(memory.address() + from + Integer.BYTES, length)) {
                break;
            }
            from += Integer.BYTES + length;
            delivered++;
        }
        if (from == to) {
            from = 0;
            to = 0;
        }
        return delivered;
    }
}
