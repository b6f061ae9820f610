package dev.weft.link;

/** What a link tells its owner, always on the lane's thread. */
public interface LinkListener {

    /**
     * One frame arrived; its header has been bounds-checked ({@link dev.weft.frame.FrameHeader#check}), nothing else.
     *
     * @param address first byte of the header; valid until this returns
     * @param length  whole frame in bytes
     */
    void onFrame(Link link, long address, int length);

    /** No more frames are at hand for the moment; a batch may be closed. */
    default void onBatchEnd(Link link) {
    }

    /** A {@code claim} that was answered {@link Link#NOT_NOW} may succeed now. */
    void onWritable(Link link);

    /**
     * What arrived is not a frame, or a device refused what one of the two sides sent; the link ends, {@link #onClosed} follows. No wire
     * that breaks explains it: one of the agents is wrong.
     */
    default void onGarbage(Link link) {
    }

    /**
     * The link is over. Called once.
     *
     * @param reason a sentence for people: who closed, or what broke
     */
    void onClosed(Link link, String reason);
}
