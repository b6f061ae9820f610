package dev.weft.session;

import dev.weft.counters.CounterId;
import dev.weft.counters.Counters;
import dev.weft.frame.FrameHeader;

/** Which data frames of the peer are taken: those of its epoch, each sequence once, in order. Lane's thread only. */
final class Arrivals {
    /** A data frame this far ahead of the expected one is not the next after a loss but nonsense. */
    static final long WINDOW = 8192;

    private final Counters counters;
    private int epoch;
    private long sequence;
    private long frames;
    private long bytes;

    Arrivals(Counters counters) {
        this.counters = counters;
    }

    void begin(int peerEpoch) {
        epoch = peerEpoch;
        sequence = 0;
        frames = 0;
        bytes = 0;
    }

    /** Whether the frame is the next one; otherwise it is counted as what it is. */
    boolean accept(long frame, int bodyLength) {
        if (FrameHeader.epoch(frame) != epoch) {
            counters.increment(CounterId.INGRESS_DROP_EPOCH);
            return false;
        }
        long ahead = FrameHeader.sequence(frame) - sequence;
        if (ahead != 1 && !acceptGap(ahead)) {
            return false;
        }
        sequence += ahead;
        frames++;
        bytes += bodyLength;
        return true;
    }

    private boolean acceptGap(long ahead) {
        if (ahead <= 0) {
            counters.increment(CounterId.INGRESS_DROP_DUPLICATE);
            return false;
        }
        if (ahead > WINDOW) {
            counters.increment(CounterId.INGRESS_DROP_OUT_OF_WINDOW);
            return false;
        }
        counters.add(CounterId.FRAMES_LOST, ahead - 1);
        return true;
    }

    /** Highest sequence taken. */
    long sequence() {
        return sequence;
    }

    long frames() {
        return frames;
    }

    long bytes() {
        return bytes;
    }
}
