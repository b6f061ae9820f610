package dev.weft.perf.rig;

import dev.weft.perf.transport.Transceiver;

/** Sends: as fast as the transport takes, or by a schedule. */
public final class Source extends StreamWorker {
    private static final int BURST = 16;

    private final NanoClock clock;
    private final int messageBytes;
    private final long limit;
    private final Schedule schedule;
    private final boolean timed;
    private long sequence;
    private boolean stalled;

    /**
     * @param limit    messages after which it is done
     * @param schedule null for a closed loop
     * @param timed    whether send times are needed at the other end
     */
    public Source(Transceiver transceiver, NanoClock clock, int messageBytes, long limit, Schedule schedule, boolean timed) {
        super(transceiver);
        this.clock = clock;
        this.messageBytes = messageBytes;
        this.limit = limit;
        this.schedule = schedule;
        this.timed = timed || schedule != null;
    }

    @Override
    public int doWork() {
        if (schedule != null && !schedule.started()) {
            schedule.start(clock.nanoTime());
        }
        int work = 0;
        while (work < BURST) {
            if (sequence == limit || sendingStopped()) {
                transceiver.flush();
                transceiver.endSending();
                finish();
                return work;
            }
            if (!sendOne()) {
                break;
            }
            work++;
        }
        transceiver.flush();
        return work;
    }

    private boolean sendOne() {
        long now = timed ? clock.nanoTime() : 0;
        long intended = schedule == null ? now : schedule.due(sequence);
        if (schedule != null && intended - now > 0) {
            return false;
        }
        long address = transceiver.claim(messageBytes);
        if (address < 0) {
            refused(address);
            return false;
        }
        stalled = false;
        Message.write(address, sequence, intended, now);
        transceiver.commit(messageBytes);
        sequence++;
        tally.sent.add(1);
        return true;
    }

    private void refused(long why) {
        if (why == Transceiver.CLOSED) {
            finish();
        } else if (schedule != null && !stalled) {
            stalled = true;
            tally.stalls.add(1);
        }
    }

    @Override
    public long idleNanos() {
        return schedule == null || !schedule.started() ? 0 : schedule.due(sequence) - clock.nanoTime();
    }

    @Override
    public long scheduled(long now) {
        return schedule == null ? -1 : Math.min(limit, schedule.dueUntil(now));
    }

    @Override
    public boolean counts() {
        return false;
    }
}
