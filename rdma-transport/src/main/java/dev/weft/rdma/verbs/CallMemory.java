package dev.weft.rdma.verbs;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Native memory of verb calls, recycled in sizes of powers of two. DiSNI programs make and free a call per operation, so this must
 * cost neither garbage nor a trip to the C library. What has been taken once is kept: the most that was in use at one time.
 *
 * <p>Any thread.
 */
final class CallMemory {
    private static final int SMALLEST_SHIFT = 7;
    private static final int SIZES = 24;
    private static final CallMemory SHARED = new CallMemory();

    private final List<Deque<MemorySegment>> free =
            IntStream.range(0, SIZES).<Deque<MemorySegment>>mapToObj(place -> new ArrayDeque<>()).toList();

    private CallMemory() {
    }

    static CallMemory shared() {
        return SHARED;
    }

    /** @return zeroed memory of at least {@code length} bytes, aligned to 64 */
    MemorySegment take(long length) {
        int place = place(length);
        Deque<MemorySegment> kept = free.get(place);
        MemorySegment segment;
        synchronized (kept) {
            segment = kept.poll();
        }
        return segment == null ? Arena.global().allocate(1L << place + SMALLEST_SHIFT, 64) : segment.fill((byte) 0);
    }

    /** Takes memory back that {@link #take} gave; nobody may touch it any more. */
    void give(MemorySegment segment) {
        Deque<MemorySegment> kept = free.get(place(segment.byteSize()));
        synchronized (kept) {
            kept.push(segment);
        }
    }

    private static int place(long length) {
        int place = Math.max(0, Long.SIZE - Long.numberOfLeadingZeros(length - 1) - SMALLEST_SHIFT);
        if (place >= SIZES) {
            throw new IllegalArgumentException("a verb call of " + length + " bytes is too long");
        }
        return place;
    }
}
