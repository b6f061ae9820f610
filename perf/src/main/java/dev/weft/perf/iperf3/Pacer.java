package dev.weft.perf.iperf3;

import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/** Holds a sender to its rate from the moment it began: what a stall delayed is made up for, as iperf3 does. One thread. */
final class Pacer {
    private final long bitrate;
    private final LongSupplier nanos;
    private long begin;
    private boolean begun;

    /** @param bitrate bits/s, 0 for no limit */
    Pacer(long bitrate, LongSupplier nanos) {
        this.bitrate = bitrate;
        this.nanos = nanos;
    }

    /** @return nanoseconds until the next block may leave, given the bytes sent so far; never positive without a limit */
    long nanosLeft(long bytesSent) {
        if (bitrate <= 0) {
            return 0;
        }
        long now = nanos.getAsLong();
        if (!begun) {
            begun = true;
            begin = now;
        }
        return (long) (bytesSent * 8e9 / bitrate) - (now - begin);
    }

    /** Waits at most a millisecond, so that the caller can look whether it shall go on. @return true when it is time */
    boolean isTime(long bytesSent) {
        long left = nanosLeft(bytesSent);
        if (left > 0) {
            LockSupport.parkNanos(Math.min(left, 1_000_000));
        }
        return left <= 0;
    }
}
