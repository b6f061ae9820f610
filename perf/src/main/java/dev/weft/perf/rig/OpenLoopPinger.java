package dev.weft.perf.rig;

import dev.weft.perf.transport.MessageHandler;
import dev.weft.perf.transport.Transceiver;
import java.util.List;

/**
 * Open loop of round trips over one or more streams on one thread: requests leave by the clock, whatever has come back. The time a request
 * was due travels in it, so that a stall is charged to every message it delayed, and not only to the one that met it.
 */
public final class OpenLoopPinger extends CountingWorker implements MessageHandler {
    private static final int BURST = 16;
    private static final int BATCH = 64;

    private final Transceiver[] streams;
    private final NanoClock clock;
    private final int messageBytes;
    private final long limit;
    private final Schedule schedule;
    private final LatencyRecorder latency = new LatencyRecorder(true);
    private long sequence;
    private boolean stalled;
    private boolean ended;
    private long now;

    public OpenLoopPinger(List<Transceiver> streams, NanoClock clock, int messageBytes, long limit, Schedule schedule) {
        this.streams = streams.toArray(Transceiver[]::new);
        this.clock = clock;
        this.messageBytes = messageBytes;
        this.limit = limit;
        this.schedule = schedule;
    }

    @Override
    public int doWork() {
        if (!schedule.started()) {
            schedule.start(clock.nanoTime());
        }
        int work = ended ? 0 : send();
        for (Transceiver stream : streams) {
            int delivered = stream.poll(this, BATCH);
            if (delivered == Transceiver.CLOSED) {
                finish();
                return work;
            }
            work += delivered;
        }
        if (ended && tally.received.get() >= sequence) {
            finish();
        }
        return work;
    }

    private int send() {
        int sent = 0;
        while (sent < BURST) {
            if (sequence == limit || sendingStopped()) {
                ended = true;
                break;
            }
            now = clock.nanoTime();
            long intended = schedule.due(sequence);
            if (intended - now > 0) {
                break;
            }
            Transceiver stream = streams[(int) (sequence % streams.length)];
            long address = stream.claim(messageBytes);
            if (address < 0) {
                refused(address);
                break;
            }
            stalled = false;
            Message.write(address, sequence, intended, now);
            stream.commit(messageBytes);
            stream.flush();
            sequence++;
            tally.sent.add(1);
            sent++;
        }
        return sent;
    }

    private void refused(long why) {
        if (why == Transceiver.CLOSED) {
            ended = true;
            finish();
        } else if (!stalled) {
            stalled = true;
            tally.stalls.add(1);
        }
    }

    @Override
    public boolean onMessage(long address, int length) {
        if (length == messageBytes && Message.sequence(address) < sequence) {
            long arrived = clock.nanoTime();
            latency.record(arrived - Message.sent(address), arrived - Message.intended(address));
            tally.receivedBytes.add(2L * length);
            tally.received.add(1);
        }
        return true;
    }

    @Override
    public long idleNanos() {
        return ended || !schedule.started() || tally.received.get() < sequence ? 0 : schedule.due(sequence) - clock.nanoTime();
    }

    @Override
    public long scheduled(long until) {
        return Math.min(limit, schedule.dueUntil(until));
    }

    @Override
    public LatencyRecorder latency() {
        return latency;
    }

    @Override
    public boolean counts() {
        return true;
    }

    @Override
    public String describe() {
        return streams[0].describe();
    }

    @Override
    public long retransmits() {
        long sum = -1;
        for (Transceiver stream : streams) {
            long each = stream.retransmits();
            sum = each < 0 ? sum : Math.max(sum, 0) + each;
        }
        return sum;
    }

    @Override
    public void close() {
        for (Transceiver stream : streams) {
            stream.close();
        }
    }
}
