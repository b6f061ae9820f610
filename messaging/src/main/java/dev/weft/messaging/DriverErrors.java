package dev.weft.messaging;

import io.aeron.exceptions.AeronException;
import java.util.concurrent.TimeUnit;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.NanoClock;
import org.slf4j.Logger;

/**
 * What a driver complains of, in the agent's log. Most of it is caused by clients, which get the answer themselves, and by strangers; so
 * one line each without a stack, and no more than the log can bear. Any thread.
 */
final class DriverErrors implements ErrorHandler {
    private static final int LINES = 20;
    private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final String network;
    private final NanoClock clock;
    private final Logger log;
    private long windowEnd;
    private int lines;
    private long omitted;

    DriverErrors(String network, NanoClock clock, Logger log) {
        this.network = network;
        this.clock = clock;
        this.log = log;
        windowEnd = clock.nanoTime() + WINDOW_NANOS;
    }

    @Override
    public synchronized void onError(Throwable failure) {
        long now = clock.nanoTime();
        if (now - windowEnd >= 0) {
            if (omitted > 0) {
                log.warn("messaging of network '{}': {} more lines were left out", network, omitted);
            }
            windowEnd = now + WINDOW_NANOS;
            lines = 0;
            omitted = 0;
        }
        if (lines++ >= LINES) {
            omitted++;
        } else if (failure instanceof AeronException || failure instanceof IllegalArgumentException) {
            log.warn("messaging of network '{}': {}", network, failure.getMessage());
        } else {
            log.error("messaging of network '{}'", network, failure);
        }
    }
}
