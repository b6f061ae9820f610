package dev.weft.link;

/**
 * One ordered, reliable frame pipe to a peer for one lane.
 *
 * <p><b>Thread.</b> Every method is called on the lane's thread, and the {@link LinkListener} is called back on it. Nothing blocks.
 *
 * <p><b>Sending.</b> {@link #claim} lends room for one frame inside the link's own memory, so that a packet can be read from the
 * TUN queue straight to where it will be sent from. The caller writes the frame there and either {@link #commit}s or
 * {@link #abandon}s it; one claim is open at a time. Committed frames leave in order, at the latest with the next {@link #flush}.
 * After commit the memory is the link's again.
 *
 * <pre>
 *            claim            commit              flush
 *   (idle) ---------> claimed ------> committed --------> on the wire
 *      ^                 | abandon
 *      +-----------------+
 * </pre>
 *
 * <p><b>Receiving.</b> Frames are handed to {@link LinkListener#onFrame} in order, by the lane's event loop or from within
 * {@link #poll}. The memory of a received frame is readable until the listener returns.
 *
 * <p><b>Ending.</b> When the pipe breaks, or after {@link #close}, {@link LinkListener#onClosed} is called exactly once; from then on
 * {@code claim} answers {@link #CLOSED}. Committed frames that were not sent are lost and counted by the session.
 */
public interface Link extends AutoCloseable {

    /** Back-pressure: not now; {@link LinkListener#onWritable} tells when to try again. */
    long NOT_NOW = -1;

    /** The link has ended. */
    long CLOSED = -2;

    LinkKind kind();

    /** For people: peer address, device, queue pair; what {@code weft lanes} shows. */
    String describe();

    /**
     * Lends room for one frame.
     *
     * @param length most bytes the frame will have, header included; at most {@link dev.weft.frame.FrameHeader#MAX_FRAME_LENGTH}
     * @return address of at least {@code length} writable bytes, or {@link #NOT_NOW}, or {@link #CLOSED}
     */
    long claim(int length);

    /**
     * Hands the claimed frame over.
     *
     * @param length bytes the frame really has, at most what was claimed
     */
    void commit(int length);

    /** Gives the claimed room back unused. */
    void abandon();

    /** Starts sending what has been committed. */
    void flush();

    /**
     * Does what the link can do without waiting: takes completions, delivers frames.
     *
     * @param limit most frames to deliver
     * @return frames delivered; 0 when there was nothing to do, also for links the event loop drives by itself
     */
    int poll(int limit);

    /** Bytes committed that have not left yet; for status and for deciding which link is slow. */
    long pendingBytes();

    /** Ends the link. Idempotent; {@link LinkListener#onClosed} is called once, perhaps from within. */
    @Override
    void close();
}
