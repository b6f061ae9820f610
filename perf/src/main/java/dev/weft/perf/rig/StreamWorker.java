package dev.weft.perf.rig;

import dev.weft.perf.transport.Transceiver;

/** What workers on one stream have in common. */
abstract class StreamWorker implements Worker {
    final Transceiver transceiver;
    final Tally tally = new Tally();
    private volatile boolean stopSending;
    private volatile boolean done;

    StreamWorker(Transceiver transceiver) {
        this.transceiver = transceiver;
    }

    final boolean sendingStopped() {
        return stopSending;
    }

    final void finish() {
        done = true;
    }

    @Override
    public final boolean isDone() {
        return done;
    }

    @Override
    public final void stopSending() {
        stopSending = true;
    }

    @Override
    public final Tally tally() {
        return tally;
    }

    @Override
    public String describe() {
        return transceiver.describe();
    }

    @Override
    public long retransmits() {
        return transceiver.retransmits();
    }

    @Override
    public void close() {
        transceiver.close();
    }
}
