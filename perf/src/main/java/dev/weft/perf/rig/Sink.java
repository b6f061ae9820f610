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
    private long clockOffsetNanos;
    private boolean began;

    /**
     * @param latency     null when none is measured
     * @param clockOffset nanoseconds the sender's clock is ahead of this one's; asked once, when work begins
     */
    public Sink(Transceiver transceiver, NanoClock clock, LatencyRecorder latency, LongSupplier clockOffset) {
        super(transceiver);
        this.clock = clock;
        this.latency = latency;
        this.clockOffset = clockOffset;
    }

    @Override
    public int doWork() {
        if (!began) {
            began = true;
            clockOffsetNanos = clockOffset.getAsLong();
        }
        int delivered = transceiver.poll(this, BATCH);
        if (delivered == Transceiver.CLOSED) {
            finish();
            return 0;
        }
        return delivered;
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
