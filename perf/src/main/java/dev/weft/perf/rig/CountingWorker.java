package dev.weft.perf.rig;

/** What all workers have in common: they count, are told to stop, and are done at some time. */
abstract class CountingWorker implements Worker {
    final Tally tally = new Tally();
    private volatile boolean stopSending;
    private volatile boolean done;

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
    public LatencyRecorder latency() {
        return null;
    }

    @Override
    public long retransmits() {
        return -1;
    }
}
