package dev.weft.perf.rig;

import dev.weft.linux.Memory;

/**
 * What every message begins with, big-endian. Times are of the sender's monotonic clock, in nanoseconds.
 *
 * <pre>
 *  0                8                16               24
 * +----------------+----------------+----------------+---- - -
 * |    sequence    | intended time  |   send time    | filling
 * +----------------+----------------+----------------+---- - -
 * </pre>
 */
final class Message {
    private Message() {
    }

    static void write(long address, long sequence, long intended, long sent) {
        Memory.putLongBigEndian(address, sequence);
        Memory.putLongBigEndian(address + 8, intended);
        Memory.putLongBigEndian(address + 16, sent);
    }

    static long sequence(long address) {
        return Memory.getLongBigEndian(address);
    }

    static long intended(long address) {
        return Memory.getLongBigEndian(address + 8);
    }

    static long sent(long address) {
        return Memory.getLongBigEndian(address + 16);
    }
}
