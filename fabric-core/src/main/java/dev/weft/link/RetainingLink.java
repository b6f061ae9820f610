package dev.weft.link;

/**
 * A link that may break with frames under way, and therefore keeps what the other end may not have taken: a frame stays where it was
 * committed until the peer has given its slot back. After the link has ended the session asks the peer over TCP for the last sequence it
 * received, and sends the missing frames again from here, so that none is lost, doubled or out of order.
 *
 * <p>Lane's thread only, like everything of a link.
 */
public interface RetainingLink extends Link {

    /** Takes frames that are sent again. */
    @FunctionalInterface
    interface Sink {
        /**
         * @param address header of the frame, as it was committed; valid until this returns
         * @param length  whole frame in bytes
         * @return false when the frame could not be taken now; it will be offered again
         */
        boolean take(long address, int length);
    }

    /**
     * Offers the kept sequenced frames ({@link dev.weft.frame.FrameType#isSequenced}) whose sequence is above {@code afterSequence}, in the
     * order they were committed, until the sink refuses one. Works on an open link and on one that has ended.
     *
     * @return sequence of the last frame the sink took, or {@code afterSequence} when it took none
     */
    long replay(long afterSequence, Sink sink);

    /** Whether {@link #replay} would offer anything above {@code afterSequence}. */
    boolean retainsAfter(long afterSequence);

    /** The device and the queue pair, for people. May ask the device, which takes microseconds: not for the data path. */
    DeviceFacts facts();

    /** The kept frames are no longer needed: their memory may go. Called once, after the link has ended. */
    void releaseRetained();
}
