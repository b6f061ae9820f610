package dev.weft.messaging;

import org.agrona.concurrent.UnsafeBuffer;

/** One end of streams: an Aeron channel endpoint, found by address and port as a UDP socket would be. */
interface FabricSocket {

    int port();

    /** Whether frames for it go to the receiver's thread, otherwise to the sender's. */
    boolean isReceiver();

    /**
     * Takes one datagram's worth of frames. Called on the thread that {@link #isReceiver} names.
     *
     * @param buffer wraps exactly the frames; valid until this returns
     * @param source where they came from
     */
    void onFrames(UnsafeBuffer buffer, int length, java.net.InetSocketAddress source);

    /** For people: the channel as the client wrote it. */
    String channel();
}
