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

    /** A virtio header and an IP packet. Uses the data sequence. */
    public static final int DATA = 0x04 | FrameHeader.TYPE_REQUIRED;

    /** A {@link MessageHeader} and what a media driver sends. Uses the data sequence. Only to peers whose hello says they know it. */
    public static final int MESSAGE = 0x06 | FrameHeader.TYPE_REQUIRED;

    /** An orderly end. Body: UTF-8 sentence. */
    public static final int GOODBYE = 0x05;

    /** Asks the listening side for a token to raise the RDMA link with. Body: 4 bytes generation. Over TCP, like all but probes. */
    public static final int RAISE_ASK = 0x10;

    /** The token. Body: 4 bytes generation, 2 bytes port, 16 bytes token; a zero port and a sentence instead of a token is a refusal. */
    public static final int RAISE_TOKEN = 0x11;

    /** Does the RDMA link carry frames? Body: 4 bytes generation, 4 bytes number. Over RDMA. */
    public static final int PROBE = 0x12;

    /** It does. Body of the probe. Over RDMA. */
    public static final int PROBE_ECHO = 0x13;

    /** The last data frame on TCP was the one before this; the next comes over RDMA. Body: 4 bytes generation. */
    public static final int MARKER = 0x14;

    /** Everything before the marker has arrived. Body of the marker. */
    public static final int MARKER_ANSWER = 0x15;

    /** Data received so far; often while it comes over RDMA, seldom else. Body: 8 bytes, highest data sequence received. */
    public static final int ACK = 0x16;

    /** The RDMA link is over. Body: 4 bytes generation, 8 bytes highest data sequence received, UTF-8 sentence why. */
    public static final int PATH_LOST = 0x17;

    private FrameType() {
    }

    /** Whether frames of the type carry the data sequence, and so must not be lost when the path changes. */
    public static boolean isSequenced(int type) {
        return type == DATA || type == MESSAGE;
    }
}
