package dev.weft.rdma;

import dev.weft.frame.FrameHeader;
import dev.weft.frame.FrameType;
import dev.weft.link.Link;
import dev.weft.link.RetainingLink;

/**
 * Send memory of a link: frames one behind the other in a ring, cut into batches, kept until the peer has taken them.
 *
 * <pre>
 *        free | kept: posted, not taken | closed batches | open batch | lent | free
 *   ----------+---------+---------------+--------+-------+------------+------+---------
 *             head      |               posted   |       |            tail
 *                       one batch: at most MAX_FRAMES_LENGTH bytes, never across the ring's end
 * </pre>
 *
 * Positions only grow; their remainder by the size is the place in memory. A batch is closed when the next frame does not fit into it or
 * into the rest of the ring; the open batch grows until it is taken for posting. Not thread-safe.
 */
final class SendRing {
    private static final int BATCHES = 1024;

    private final long base;
    private final long size;
    private final long[] starts = new long[BATCHES];
    private final int[] lengths = new int[BATCHES];
    private long head;
    private long tail;
    private long lent = -1;
    private long openStart;
    private int openLength;
    private int oldest;
    private int unposted;
    private int closed;
    private boolean released;

    /**
     * @param base address, a multiple of {@link BatchHeader#ALIGNMENT}
     * @param size bytes, a multiple of it
     */
    SendRing(long base, long size) {
        this.base = base;
        this.size = size;
    }

    // ---- one frame -----------------------------------------------------------------------------------------------------------

    /** @return address of contiguous room, or {@link Link#NOT_NOW} */
    long lend(int length) {
        long start = startFor(length);
        if (start + length - head > size || closed - oldest >= BATCHES - 2) {
            return Link.NOT_NOW;
        }
        lent = start;
        return base + start % size;
    }

    /** Where a frame of that length can begin: behind the last one, or at the ring's beginning when the rest is too short. */
    private long startFor(int length) {
        long rest = size - tail % size;
        return length <= rest ? tail : tail + rest;
    }

    /** Whether {@link #lend} would succeed. */
    boolean hasRoom(int length) {
        return startFor(length) + length - head <= size && closed - oldest < BATCHES - 2;
    }

    void commit(int length) {
        long start = lent;
        lent = -1;
        int offset = (int) (start - openStart);
        boolean fits = openLength > 0 && start == tail && offset + length <= BatchHeader.MAX_FRAMES_LENGTH;
        if (!fits) {
            closeOpen();
            openStart = start;
            offset = 0;
        }
        openLength = offset + length;
        tail = start + BatchHeader.align(length);
    }

    void abandon() {
        lent = -1;
    }

    // ---- batches -------------------------------------------------------------------------------------------------------------

    private void closeOpen() {
        if (openLength > 0) {
            starts[closed & BATCHES - 1] = openStart;
            lengths[closed & BATCHES - 1] = openLength;
            closed++;
            openLength = 0;
        }
    }

    /** Whether a batch that will not grow any more waits to be posted. */
    boolean hasClosed() {
        return unposted != closed;
    }

    boolean hasUnposted() {
        return openLength > 0 || unposted != closed;
    }

    /**
     * Takes the next batch for posting; only when {@link #hasUnposted}.
     *
     * @return its place for {@link #address} and {@link #length}
     */
    int post() {
        if (unposted == closed) {
            closeOpen();
        }
        return unposted++ & BATCHES - 1;
    }

    long address(int batch) {
        return base + starts[batch] % size;
    }

    int length(int batch) {
        return lengths[batch];
    }

    /** The peer has taken that many more batches. */
    void free(int batches) {
        oldest += batches;
        if (oldest != closed) {
            head = starts[oldest & BATCHES - 1];
        } else {
            head = openLength > 0 ? openStart : tail;
        }
    }

    /** Bytes committed that the peer has not taken. */
    long keptBytes() {
        return tail - head;
    }

    // ---- after the end -------------------------------------------------------------------------------------------------------

    long replay(long afterSequence, RetainingLink.Sink sink) {
        long last = afterSequence;
        for (int i = oldest; i != closed && !released; i++) {
            long stopped = replayBatch(starts[i & BATCHES - 1], lengths[i & BATCHES - 1], last, sink);
            if (stopped < 0) {
                return -stopped - 1;
            }
            last = stopped;
        }
        if (openLength == 0 || released) {
            return last;
        }
        long stopped = replayBatch(openStart, openLength, last, sink);
        return stopped < 0 ? -stopped - 1 : stopped;
    }

    /** @return last sequence taken; as -1 - sequence when the sink refused a frame */
    private long replayBatch(long start, int length, long after, RetainingLink.Sink sink) {
        long last = after;
        long address = base + start % size;
        int at = 0;
        while (at < length) {
            int frameLength = FrameHeader.LENGTH + FrameHeader.bodyLength(address + at);
            long sequence = FrameHeader.sequence(address + at);
            if (FrameType.isSequenced(FrameHeader.type(address + at)) && Long.compareUnsigned(sequence, last) > 0) {
                if (!sink.take(address + at, frameLength)) {
                    return -1 - last;
                }
                last = sequence;
            }
            at = BatchHeader.align(at + frameLength);
        }
        return last;
    }

    boolean retainsAfter(long afterSequence) {
        boolean[] found = {false};
        replay(afterSequence, (address, length) -> {
            found[0] = true;
            return false;
        });
        return found[0];
    }

    /** The memory is going: nothing is kept any more. */
    void release() {
        released = true;
    }
}
