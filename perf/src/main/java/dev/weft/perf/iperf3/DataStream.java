package dev.weft.perf.iperf3;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One data connection and its thread. {@link #run} moves data until {@link #stop} or until the other end is gone; only that
 * thread writes the counters, everybody may read them.
 */
abstract class DataStream implements Runnable {
    protected final ByteChannel channel;
    protected final ByteBuffer buffer;
    protected final AtomicLong bytes = new AtomicLong();
    protected final AtomicLong packets = new AtomicLong();
    protected final AtomicLong errors = new AtomicLong();
    protected volatile boolean stopped;
    protected volatile double jitter;
    private final int id;
    private final boolean sending;
    private volatile IOException failure;
    private long omittedBytes;
    private long omittedPackets;
    private long omittedErrors;

    DataStream(int id, boolean sending, ByteChannel channel, int length) {
        this.id = id;
        this.sending = sending;
        this.channel = channel;
        this.buffer = ByteBuffer.allocateDirect(length);
    }

    /** One write or read. @throws IOException when the other end is gone; it ends the stream */
    abstract void step() throws IOException;

    @Override
    public final void run() {
        try {
            while (!stopped) {
                step();
            }
        } catch (IOException gone) {
            if (!stopped) {
                failure = gone;
            }
        }
    }

    protected static void add(AtomicLong counter, long amount) {
        counter.setRelease(counter.getPlain() + amount);
    }

    /** Ends {@link #run} soon: a thread that waits in the channel wakes because the channel closes. Any thread, more than once. */
    final void stop() {
        stopped = true;
        try {
            channel.close();
        } catch (IOException gone) {
            // It is as closed as it gets.
        }
    }

    /** Ends sending, but leaves what was written its way through the channel. Any thread. */
    final void finish() {
        stopped = true;
    }

    /** From here on the counters count. The thread that drives the test. */
    final void endOmission() {
        omittedBytes = bytes.getAcquire();
        omittedPackets = packets.getAcquire();
        omittedErrors = errors.getAcquire();
    }

    final int id() {
        return id;
    }

    final boolean isSending() {
        return sending;
    }

    /** @return bytes with those of the omitted seconds */
    final long allBytes() {
        return bytes.getAcquire();
    }

    final long allPackets() {
        return packets.getAcquire();
    }

    /** Why it ended by itself, or null. */
    final IOException failure() {
        return failure;
    }

    final Results.OfStream result(double seconds) {
        return new Results.OfStream(id, bytes.getAcquire() - omittedBytes, -1, jitter, errors.getAcquire(), omittedErrors,
                packets.getAcquire(), omittedPackets, seconds);
    }
}
