package dev.weft.perf.control;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** Asking a server again that is busy for a moment: the end of its last test may still be under way. Blocks; any thread. */
final class WhileBusy {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long STEP_MILLIS = 50;

    /** One attempt, made anew each time. */
    @FunctionalInterface
    interface Attempt<T> {
        T make() throws IOException;
    }

    private WhileBusy() {
    }

    /**
     * @return what the first attempt brought that did not find the server busy
     * @throws IOException any other failure at once; that the server is busy after 5 s of it
     */
    static <T> T retry(Attempt<T> attempt) throws IOException {
        long begin = System.nanoTime();
        while (true) {
            try {
                return attempt.make();
            } catch (PerfException e) {
                if (!e.isBusy() || System.nanoTime() - begin > PATIENCE_NANOS) {
                    throw e;
                }
            }
            try {
                Thread.sleep(STEP_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            }
        }
    }
}
