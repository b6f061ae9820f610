package dev.weft.perf.iperf3;

import java.util.concurrent.atomic.AtomicLong;

/** Bytes that all streams of a test may send together. Any thread. */
final class Budget {
    private final AtomicLong left;

    /** @param bytes 0 for no limit */
    Budget(long bytes) {
        left = new AtomicLong(bytes == 0 ? Long.MAX_VALUE : bytes);
    }

    /** Takes a block out; the last one may overdraw it. @return false when there is nothing left */
    boolean take(long block) {
        return left.get() > 0 && left.getAndAdd(-block) > 0;
    }
}
