package dev.weft.perf.verbs;

import dev.weft.linux.Memory;
import java.lang.foreign.Arena;

/**
 * The memory of one end, one registered region.
 *
 * <pre>
 *  | send slots: header, message | control slots: header | landing slots: message | receive slots |
 *
 *  header:  | taken (8) | kind (4) | length (4) |       big-endian
 * </pre>
 *
 * Where messages land or are read into by themselves, receive slots hold a header only.
 */
final class VerbsMemory {
    static final int HEADER = 16;
    static final int MESSAGE = 1;
    static final int TAKEN = 2;
    static final int END = 3;
    static final int OPENING = 4;
    /** Headers without a message that may be under way beside all messages. */
    static final int CONTROLS = 8;
    private static final int MOST_SLOTS = 64;
    private static final int LEAST_SLOTS = 4;
    private static final int WISHED_BYTES = 4 << 20;

    final int slots;
    final int receives;
    final int receiveBytes;
    final long base;
    final long bytes;
    private final int sendBytes;
    private final int landingBytes;
    private final long controls;
    private final long landings;
    private final long receiveBase;

    VerbsMemory(Arena arena, Operation operation, int messageBytes) {
        slots = Math.clamp(WISHED_BYTES / messageBytes, LEAST_SLOTS, MOST_SLOTS);
        receives = slots + CONTROLS;
        sendBytes = aligned(HEADER + messageBytes);
        receiveBytes = operation == Operation.SEND ? sendBytes : aligned(HEADER);
        landingBytes = operation == Operation.SEND ? 0 : aligned(messageBytes);
        long offset = (long) slots * sendBytes;
        long controlOffset = offset;
        offset += (long) CONTROLS * aligned(HEADER);
        long landingOffset = offset;
        offset += (long) slots * landingBytes;
        long receiveOffset = offset;
        bytes = offset + (long) receives * receiveBytes;
        base = arena.allocate(bytes, 4096).address();
        controls = base + controlOffset;
        landings = base + landingOffset;
        receiveBase = base + receiveOffset;
    }

    private static int aligned(int length) {
        return (length + 63) & ~63;
    }

    /** What the other end must know: where it writes to, or where it reads from. */
    long exposed(Operation operation) {
        return operation == Operation.READ ? base + HEADER : landings;
    }

    /** Where message {@code number} of the other end is, if its memory is laid out as this one. */
    long remoteSlot(Operation operation, long exposed, long number) {
        return exposed + number % slots * (operation == Operation.READ ? sendBytes : landingBytes);
    }

    long sendSlot(long number) {
        return base + number % slots * sendBytes;
    }

    long controlSlot(long number) {
        return controls + number % CONTROLS * aligned(HEADER);
    }

    long landingSlot(long number) {
        return landings + number % slots * landingBytes;
    }

    long receiveSlot(int slot) {
        return receiveBase + (long) slot * receiveBytes;
    }

    static void writeHeader(long address, long taken, int kind, int length) {
        Memory.putLongBigEndian(address, taken);
        Memory.putIntBigEndian(address + 8, kind);
        Memory.putIntBigEndian(address + 12, length);
    }

    static long taken(long header) {
        return Memory.getLongBigEndian(header);
    }

    static int kind(long header) {
        return Memory.getIntBigEndian(header + 8);
    }

    static int length(long header) {
        return Memory.getIntBigEndian(header + 12);
    }
}
