package dev.weft.perf.rig;

/** Bounds of a message. */
public final class MessageSize {
    /** Sequence and two times. */
    public static final int MIN_BYTES = 24;

    private MessageSize() {
    }
}
