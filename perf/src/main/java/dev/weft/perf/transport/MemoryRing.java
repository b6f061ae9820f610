package dev.weft.perf.transport;

import dev.weft.linux.Memory;
import java.lang.foreign.Arena;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Messages from one thread to another through fixed slots. The memory is freed when both ends are unreachable.
 *
 * <pre>
 *  slot:  | length (4) | unused (4) | message ... |      64-byte aligned
 * </pre>
 */
final class MemoryRing {
    private static final int HEADER = 8;

    private final int slots;
    private final int slotBytes;
    private final Arena arena = Arena.ofAuto();
    private final java.lang.foreign.MemorySegment memory;
    private final long base;
    private final AtomicLong written = new AtomicLong();
    private final AtomicLong taken = new AtomicLong();
    private final AtomicBoolean ended = new AtomicBoolean();
    private long writeIndex;
    private long takenSeen;
    private long takeIndex;
    private long writtenSeen;

    MemoryRing(int slots, int messageBytes) {
        this.slots = slots;
        slotBytes = (HEADER + messageBytes + 63) & ~63;
        memory = arena.allocate((long) slots * slotBytes, 64);
        base = memory.address();
    }

    private long slot(long index) {
        return base + (index & slots - 1) * slotBytes;
    }

    /** Writer only. */
    long claim() {
        if (writeIndex - takenSeen == slots) {
            takenSeen = taken.getAcquire();
            if (writeIndex - takenSeen == slots) {
                return ended.getPlain() ? Transceiver.CLOSED : Transceiver.NOT_NOW;
            }
        }
        return ended.getOpaque() ? Transceiver.CLOSED : slot(writeIndex) + HEADER;
    }

    /** Writer only. */
    void commit(int length) {
        Memory.putIntBigEndian(slot(writeIndex), length);
        writeIndex++;
        written.setRelease(writeIndex);
    }

    /** Reader only. */
    int poll(MessageHandler handler, int limit) {
        int delivered = 0;
        while (delivered < limit) {
            if (takeIndex == writtenSeen) {
                boolean over = ended.getAcquire();
                writtenSeen = written.getAcquire();
                if (takeIndex == writtenSeen) {
                    return delivered == 0 && over ? Transceiver.CLOSED : delivered;
                }
            }
            long slot = slot(takeIndex);
            if (!handler.onMessage(slot + HEADER, Memory.getIntBigEndian(slot))) {
                return delivered;
            }
            takeIndex++;
            taken.setRelease(takeIndex);
            delivered++;
        }
        return delivered;
    }

    /** Either end. */
    void end() {
        ended.setRelease(true);
    }

    /** Keeps the memory alive as long as an address of it may be used. */
    void keepAlive() {
        java.lang.ref.Reference.reachabilityFence(memory);
    }
}
