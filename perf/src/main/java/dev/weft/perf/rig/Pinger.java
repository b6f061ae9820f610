package dev.weft.perf.rig;

import dev.weft.perf.transport.MessageHandler;
import dev.weft.perf.transport.Transceiver;
import java.util.concurrent.TimeUnit;

/** Closed loop of round trips: the next request leaves when the response is there, or after {@link #GIVE_UP_NANOS}. */
public final class Pinger extends StreamWorker implements MessageHandler {
    static final long GIVE_UP_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private final NanoClock clock;
    private final int messageBytes;
    private final long limit;
    private final boolean reliable;
    private final LatencyRecorder latency = new LatencyRecorder(false);
    private long sequence = -1;
    private long sentAt;
    private boolean waiting;

    /**
     * @param limit    round trips after which it is done
     * @param reliable false: a response may be lost, and the next request then follows
     */
    public Pinger(Transceiver transceiver, NanoClock clock, int messageBytes, long limit, boolean reliable) {
        super(transceiver);
        this.clock = clock;
        this.messageBytes = messageBytes;
        this.limit = limit;
        this.reliable = reliable;
    }

    @Override
    public int doWork() {
        if (!waiting && !request()) {
            return 0;
        }
        int delivered = transceiver.poll(this, 1);
        if (delivered == Transceiver.CLOSED) {
            finish();
            return 0;
        }
        if (delivered == 0 && clock.nanoTime() - sentAt > GIVE_UP_NANOS) {
            giveUp();
        }
        return delivered;
    }

    private boolean request() {
        if (sequence + 1 == limit || sendingStopped()) {
            transceiver.endSending();
            finish();
            return false;
        }
        long address = transceiver.claim(messageBytes);
        if (address < 0) {
            if (address == Transceiver.CLOSED) {
                finish();
            }
            return false;
        }
        sequence++;
        sentAt = clock.nanoTime();
        Message.write(address, sequence, sentAt, sentAt);
        transceiver.commit(messageBytes);
        transceiver.flush();
        waiting = true;
        tally.sent.add(1);
        return true;
    }

    private void giveUp() {
        if (!reliable) {
            tally.lost.add(1);
            waiting = false;
        } else if (sendingStopped()) {
            finish();
        }
    }

    @Override
    public boolean onMessage(long address, int length) {
        if (length != messageBytes || Message.sequence(address) != sequence || !waiting) {
            tally.reordered.add(1); // the response to a request that was given up
            return true;
        }
        latency.record(clock.nanoTime() - sentAt);
        waiting = false;
        tally.receivedBytes.add(2L * length);
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
