package dev.weft.perf.rig;

import dev.weft.perf.transport.MessageHandler;
import dev.weft.perf.transport.Transceiver;
import java.util.function.LongSupplier;

/** Receives, counts, finds gaps; for one-way tests it records how late each message is. */
public final class Sink extends StreamWorker implements MessageHandler {
    private static final int BATCH = 64;

    private final NanoClock clock;
    private final LatencyRecorder latency;
    private final SequenceTracker sequences = new SequenceTracker(tally);
    private final LongSupplier clockOffset;
    private final long limit;
    private final long silenceNanos;
    private long clockOffsetNanos;
    private long lastArrival;
    private boolean began;

    /**
     * @param latency      null when none is measured
     * @param clockOffset  nanoseconds the sender's clock is ahead of this one's; asked once, when work begins
     * @param limit        messages after which it is done, {@link Long#MAX_VALUE} when only the other end knows
     * @param silenceNanos where the end of a counted stream can get lost: how long nothing may come before it is taken for the end
     */
    public Sink(Transceiver transceiver, NanoClock clock, LatencyRecorder latency, LongSupplier clockOffset, long limit,
            long silenceNanos) {
        super(transceiver);
        this.clock = clock;
        this.latency = latency;
        this.clockOffset = clockOffset;
        this.limit = limit;
        this.silenceNanos = silenceNanos;
    }

    @Override
    public int doWork() {
        if (!began) {
            began = true;
            clockOffsetNanos = clockOffset.getAsLong();
            lastArrival = clock.nanoTime();
        }
        int delivered = transceiver.poll(this, BATCH);
        if (delivered == Transceiver.CLOSED || tally.received.get() >= limit || limit != Long.MAX_VALUE && isSilent(delivered)) {
            finish();
        }
        return Math.max(delivered, 0);
    }

    private boolean isSilent(int delivered) {
        long now = clock.nanoTime();
        lastArrival = delivered > 0 ? now : lastArrival;
        return now - lastArrival > silenceNanos;
    }

    @Override
    public boolean onMessage(long address, int length) {
        if (length < MessageSize.MIN_BYTES || !sequences.onMessage(Message.sequence(address))) {
            return true; // not ours, or counted as doubled
        }
        if (latency != null) {
            long now = clock.nanoTime() + clockOffsetNanos;
            latency.record(now - Message.sent(address), now - Message.intended(address));
        }
        tally.receivedBytes.add(length);
        tally.received.add(1);
        return true;
    }

    @Override
    public LatencyRecorder latency() {
        return latency;
    }

    @Override
    public boolean counts() {
        return true;
    }
}
