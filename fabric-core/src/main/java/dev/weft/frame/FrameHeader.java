package dev.weft.frame;

import dev.weft.linux.Memory;

/**
 * Reads and writes the header of a frame in place. Big-endian; every frame on every kind of link begins with it.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +---------------+---------------+-------------------------------+
 * |    version    |     type      |             flags             |  0
 * +---------------+---------------+-------------------------------+
 * |                 length of the body in bytes                   |  4
 * +---------------+-----------------------------------------------+
 * |   reserved    |                     VNI                       |  8
 * +---------------+-----------------------------------------------+
 * |                            epoch                              | 12
 * +---------------------------------------------------------------+
 * |                          sequence                             | 16
 * |                                                               |
 * +---------------------------------------------------------------+
 * |  body: for DATA the 10-byte virtio_net_hdr of the TUN queue   | 24
 * |  (linux/virtio_net.h), then the IP packet                     | 34
 * </pre>
 *
 * The virtio header and the packet lie exactly as the TUN queue reads and writes them, so that one system call moves both.
 * All addresses are native addresses of memory the caller may touch.
 */
public final class FrameHeader {
    public static final int VERSION = 1;
    public static final int LENGTH = 24;

    /** struct virtio_net_hdr without num_buffers, the TUN default. */
    public static final int VIRTIO_LENGTH = 10;

    /** The largest body: virtio header and a 64 KiB IP packet, with room for a sealed frame's tag. */
    public static final int MAX_BODY_LENGTH = VIRTIO_LENGTH + 65_535 + 32;
    public static final int MAX_FRAME_LENGTH = LENGTH + MAX_BODY_LENGTH;

    /** Bit of {@code type}: a receiver that does not know the type must refuse the session instead of skipping the frame. */
    public static final int TYPE_REQUIRED = 0x80;

    static final int VERSION_OFFSET = 0;
    static final int TYPE_OFFSET = 1;
    static final int FLAGS_OFFSET = 2;
    static final int LENGTH_OFFSET = 4;
    static final int VNI_OFFSET = 8;
    static final int EPOCH_OFFSET = 12;
    static final int SEQUENCE_OFFSET = 16;

    private FrameHeader() {
    }

    /** What {@link #check} found when negative. */
    public static final int BAD_VERSION = -1;
    public static final int BAD_LENGTH = -2;

    /**
     * Looks at the first {@link #LENGTH} bytes before anything is allocated or waited for.
     *
     * @return whole frame length in bytes, or {@link #BAD_VERSION} or {@link #BAD_LENGTH}
     */
    public static int check(long address) {
        if (Memory.getByte(address + VERSION_OFFSET) != VERSION) {
            return BAD_VERSION;
        }
        int body = Memory.getIntBigEndian(address + LENGTH_OFFSET);
        return body < 0 || body > MAX_BODY_LENGTH ? BAD_LENGTH : LENGTH + body;
    }

    public static void write(long address, int type, int bodyLength, int vni, int epoch, long sequence) {
        Memory.putIntBigEndian(address, VERSION << 24 | (type & 0xFF) << 16);
        Memory.putIntBigEndian(address + LENGTH_OFFSET, bodyLength);
        Memory.putIntBigEndian(address + VNI_OFFSET, vni);
        Memory.putIntBigEndian(address + EPOCH_OFFSET, epoch);
        Memory.putLongBigEndian(address + SEQUENCE_OFFSET, sequence);
    }

    public static int type(long address) {
        return Memory.getByte(address + TYPE_OFFSET) & 0xFF;
    }

    public static int flags(long address) {
        return Memory.getShortBigEndian(address + FLAGS_OFFSET) & 0xFFFF;
    }

    public static int bodyLength(long address) {
        return Memory.getIntBigEndian(address + LENGTH_OFFSET);
    }

    public static int vni(long address) {
        return Memory.getIntBigEndian(address + VNI_OFFSET) & 0xFFFFFF;
    }

    public static int epoch(long address) {
        return Memory.getIntBigEndian(address + EPOCH_OFFSET);
    }

    public static long sequence(long address) {
        return Memory.getLongBigEndian(address + SEQUENCE_OFFSET);
    }
}
