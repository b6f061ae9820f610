package dev.weft.session;

import dev.weft.frame.FrameHeader;

/** The data frames a session sends: their epoch and sequence, and how far the peer has confirmed them. Lane's thread only. */
final class Departures {
    private int epoch;
    private long sequence;
    private long confirmed;
    private long bytes;

    void begin(int ownEpoch) {
        epoch = ownEpoch;
        sequence = 0;
        confirmed = 0;
        bytes = 0;
    }

    int epoch() {
        return epoch;
    }

    /** Writes the header of the next data frame, of a type that is in the sequence. */
    void write(int type, long frame, int vni, int bodyLength) {
        FrameHeader.write(frame, type, bodyLength, vni, epoch, ++sequence);
        bytes += bodyLength;
    }

    /** Frames above this one will not be sent again and their numbers are free: the peer takes nothing from the link they went to. */
    void rewind(long to) {
        sequence = to;
    }

    /** The peer says that it has everything up to this one. */
    void confirm(long upTo) {
        if (upTo > confirmed && upTo <= sequence) {
            confirmed = upTo;
        }
    }

    /** Frames of which nobody knows whether the peer has them. */
    long unconfirmed() {
        return sequence - confirmed;
    }

    /** Highest sequence sent. */
    long sequence() {
        return sequence;
    }

    long bytes() {
        return bytes;
    }
}
