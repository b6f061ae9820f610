package dev.weft.rdma;

import dev.weft.frame.FrameHeader;
import dev.weft.linux.Memory;

/**
 * The first bytes of every RDMA message of a link: a batch of frames, or none, and what the sender has taken from the other side. The
 * same on iWARP and RoCE. Big-endian.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +---------------+---------------+-------------------------------+
 * |    version    |C|   reserved  |  receive slots of the sender  |  0
 * +---------------+---------------+-------------------------------+
 * |            length of the frames behind this header            |  4
 * +---------------------------------------------------------------+
 * |         number of this batch, from 1, one by one              |  8
 * +---------------------------------------------------------------+
 * |       number of the last batch taken from the receiver        | 12
 * +---------------------------------------------------------------+
 * |  frames ({@link FrameHeader}), each begun at a multiple of 8        | 16
 * </pre>
 *
 * C marks a report: a batch without frames. RDMA delivers in order and whole; the number is checked all the same, because a packet
 * forged into a connection would be acknowledged by the device and take the place of a true one.
 */
final class BatchHeader {
    static final int VERSION = 1;
    static final int LENGTH = 16;
    static final int ALIGNMENT = 8;

    /** A receive slot: a header and at least one frame of any size. Part of the protocol: both ends use the same. */
    static final int SLOT_LENGTH = 66_560;
    static final int MAX_FRAMES_LENGTH = SLOT_LENGTH - LENGTH;

    private static final int REPORT = 0x80 << 16;

    static {
        if (MAX_FRAMES_LENGTH < FrameHeader.MAX_FRAME_LENGTH) {
            throw new AssertionError("a slot must hold any frame");
        }
    }

    private BatchHeader() {
    }

    static void write(long address, boolean report, int slots, int length, int number, int taken) {
        Memory.putIntBigEndian(address, VERSION << 24 | (report ? REPORT : 0) | slots);
        Memory.putIntBigEndian(address + 4, length);
        Memory.putIntBigEndian(address + 8, number);
        Memory.putIntBigEndian(address + 12, taken);
    }

    static int version(long address) {
        return Memory.getByte(address) & 0xFF;
    }

    static boolean isReport(long address) {
        return (Memory.getIntBigEndian(address) & REPORT) != 0;
    }

    static int slots(long address) {
        return Memory.getIntBigEndian(address) & 0xFFFF;
    }

    static int length(long address) {
        return Memory.getIntBigEndian(address + 4);
    }

    static int number(long address) {
        return Memory.getIntBigEndian(address + 8);
    }

    static int taken(long address) {
        return Memory.getIntBigEndian(address + 12);
    }

    /** The next multiple of {@link #ALIGNMENT}. */
    static int align(int offset) {
        return offset + ALIGNMENT - 1 & -ALIGNMENT;
    }
}
