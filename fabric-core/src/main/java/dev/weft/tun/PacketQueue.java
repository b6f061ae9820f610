package dev.weft.tun;

/**
 * One queue of packets to and from the kernel. Every packet is preceded by a virtio header of
 * {@link dev.weft.frame.FrameHeader#VIRTIO_LENGTH} bytes. Lane's thread only; nothing blocks, nothing allocates.
 */
public interface PacketQueue extends AutoCloseable {

    /** Descriptor to wait on, or -1 when the queue is looked at by polling only. */
    int fd();

    /**
     * Reads one packet.
     *
     * @param address  where the virtio header goes
     * @param capacity bytes of room there
     * @return bytes read, or -errno ({@code -EAGAIN} when there is none)
     */
    int read(long address, int capacity);

    /**
     * Writes one packet.
     *
     * @param address of the virtio header
     * @param length  virtio header and packet
     * @return bytes written, or -errno
     */
    int write(long address, int length);

    @Override
    void close();
}
