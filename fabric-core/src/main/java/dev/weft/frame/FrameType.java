package dev.weft.frame;

/**
 * Types of frames. Those with {@link FrameHeader#TYPE_REQUIRED} end the session at a receiver that does not know them; the others
 * are counted and skipped.
 */
public final class FrameType {
    /** Who speaks, which versions, which epoch: the first frame in each direction. Body: {@link dev.weft.session.Hello}. */
    public static final int HELLO = 0x01 | FrameHeader.TYPE_REQUIRED;

    /** The hello was refused. Body: UTF-8 sentence. The link is closed after it. */
    public static final int REFUSE = 0x02 | FrameHeader.TYPE_REQUIRED;

    /** Still here. Body: 8 bytes, highest data sequence received. */
    public static final int HEARTBEAT = 0x03;

    /** A virtio header and an IP packet. The only type that uses the data sequence. */
    public static final int DATA = 0x04 | FrameHeader.TYPE_REQUIRED;

    /** An orderly end. Body: UTF-8 sentence. */
    public static final int GOODBYE = 0x05;

    private FrameType() {
    }
}
