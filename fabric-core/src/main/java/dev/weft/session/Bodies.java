package dev.weft.session;

import dev.weft.frame.FrameHeader;
import dev.weft.linux.Memory;
import java.nio.charset.StandardCharsets;

/** Bodies of control frames, taken out of a link's memory; what a peer sends is cut to a length that is safe to keep. */
final class Bodies {
    private static final int MAX_CONTROL = 1024;
    private static final int MAX_TEXT = 512;

    private Bodies() {
    }

    /** @param length of the whole frame */
    static byte[] of(long frame, int length) {
        return Memory.toArray(frame + FrameHeader.LENGTH, Math.min(length - FrameHeader.LENGTH, MAX_CONTROL));
    }

    /** A sentence, without what could disturb a terminal. @param length of the whole frame */
    static String text(long frame, int length) {
        byte[] bytes = Memory.toArray(frame + FrameHeader.LENGTH, Math.min(length - FrameHeader.LENGTH, MAX_TEXT));
        return new String(bytes, StandardCharsets.UTF_8).replaceAll("\\p{Cntrl}", " ");
    }
}
