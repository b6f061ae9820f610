package dev.weft.perf.control;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** What a server is busy with: it does one thing after the other, so that nothing disturbs a measurement. */
abstract class Occupation {
    private final CountDownLatch over = new CountDownLatch(1);
    private volatile boolean answered;

    /** Address of who asked for it. */
    abstract String clientHost();

    /** 0 when unknown. */
    abstract long secondsLeft();

    /** For people. */
    abstract String describe();

    /**
     * Does it and tells the client.
     *
     * @return how it ended, for people
     */
    abstract String run() throws IOException;

    /** Ends it now. Any thread. */
    abstract void abort(String reason);

    /** Before the client gets its answer, after which it may ask for the next thing at once. */
    final void setAnswered() {
        answered = true;
    }

    final void markOver() {
        over.countDown();
    }

    /** @return whether the client has its answer already and everything is cleared away, within the time; at once when it has none yet */
    final boolean awaitOver(long millis) {
        try {
            return answered && over.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
