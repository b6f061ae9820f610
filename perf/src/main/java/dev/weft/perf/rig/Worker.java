package dev.weft.perf.rig;

/** Work of one thread. Everything on that thread but {@link #stopSending}, {@link #tally}, {@link #latency} and {@link #retransmits}. */
public interface Worker extends AutoCloseable {

    /** One round of work. @return how much was done, 0 for nothing */
    int doWork();

    /** Whether there will never be anything to do again. */
    boolean isDone();

    /** Lets the worker send nothing new; what is under way is still taken. Any thread. */
    void stopSending();

    Tally tally();

    /** @return null when this worker measures none */
    LatencyRecorder latency();

    /** Whether what it received counts as delivered; false for the far end of round trips. */
    boolean counts();

    /** Whether an open loop asked for more than went: messages that were due until now, or -1 for a closed loop. Any thread. */
    default long scheduled(long now) {
        return -1;
    }

    /** How long there is surely nothing to do, in nanoseconds; the thread may sleep that long. */
    default long idleNanos() {
        return 0;
    }

    /** @return null until connected; for people */
    String describe();

    /** @return TCP segments sent again, or -1 */
    long retransmits();

    @Override
    void close();
}
