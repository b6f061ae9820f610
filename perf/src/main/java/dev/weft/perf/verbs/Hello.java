package dev.weft.perf.verbs;

import java.nio.ByteBuffer;

/**
 * What each end tells the other in the private data of connecting, big-endian. InfiniBand pads it with zeros.
 *
 * <pre>
 *  0           8           16      20      24          25
 * +-----------+-----------+-------+-------+-----------+
 * | token     | address   | key   | slots | operation |
 * +-----------+-----------+-------+-------+-----------+
 * </pre>
 *
 * @param token   of the test, in both directions
 * @param address of the memory the other end may write to or read from, with its key
 * @param slots   messages that may be under way
 */
record Hello(long token, long address, int key, int slots, int operation) {
    private static final int LENGTH = 25;

    byte[] encode() {
        return ByteBuffer.allocate(LENGTH).putLong(token).putLong(address).putInt(key).putInt(slots).put((byte) operation).array();
    }

    /** @return null when there is too little */
    static Hello decode(byte[] data) {
        if (data.length < LENGTH) {
            return null;
        }
        ByteBuffer buffer = ByteBuffer.wrap(data);
        return new Hello(buffer.getLong(), buffer.getLong(), buffer.getInt(), buffer.getInt(), buffer.get());
    }
}
