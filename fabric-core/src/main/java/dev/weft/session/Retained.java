package dev.weft.session;

import dev.weft.counters.CounterId;
import dev.weft.counters.Counters;
import dev.weft.link.Link;
import dev.weft.link.RetainingLink;
import dev.weft.linux.Memory;

/**
 * The frames a broken RDMA link remembers, until the peer is known to have them: sent again over TCP, or dropped and counted where TCP may
 * not carry them. Holds at most one link, whose memory it releases. Lane's thread only.
 */
final class Retained {
    private final Counters counters;
    private RetainingLink link;
    private Link tcp;

    Retained(Counters counters) {
        this.counters = counters;
    }

    /** Takes over the memory of a link, and releases that of the one before. */
    void keep(RetainingLink broken) {
        release();
        link = broken;
    }

    void release() {
        if (link != null) {
            link.releaseRetained();
            link = null;
        }
    }

    /** Drops and counts what the peer has not received. */
    void drop(long received) {
        link.replay(received, (_, _) -> {
            counters.increment(CounterId.EGRESS_DROP_RDMA_REQUIRED);
            return true;
        });
        release();
    }

    /**
     * Sends again what is after {@code received}, as far as the link takes it, and releases the memory when that was all.
     *
     * @return the sequence up to which everything is sent or received
     */
    long replay(long received, Link to) {
        if (link == null) {
            return received;
        }
        tcp = to;
        long reached = link.replay(received, this::sendAgain);
        to.flush();
        if (!link.retainsAfter(reached)) {
            release();
        }
        return reached;
    }

    boolean isEmpty() {
        return link == null;
    }

    private boolean sendAgain(long address, int length) {
        long frame = tcp.claim(length);
        if (frame < 0) {
            return false;
        }
        Memory.copy(address, frame, length);
        tcp.commit(length);
        counters.increment(CounterId.FRAMES_REPLAYED);
        return true;
    }
}
