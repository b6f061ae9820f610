package dev.weft.session;

import java.util.random.RandomGenerator;

/** When to try again: exponential from the minimum to the maximum, each wait drawn from its upper half so that hosts spread. */
final class Reconnect {
    private final SessionConfig config;
    private final RandomGenerator random;
    private long wait;
    private long dueAt;
    private boolean failedBefore;

    Reconnect(SessionConfig config, RandomGenerator random) {
        this.config = config;
        this.random = random;
    }

    boolean due(long now) {
        return !failedBefore || now - dueAt >= 0;
    }

    void failed(long now) {
        wait = failedBefore ? Math.min(wait * 2, config.reconnectMaxNanos()) : config.reconnectMinNanos();
        failedBefore = true;
        dueAt = now + wait / 2 + random.nextLong(wait / 2 + 1);
    }

    void succeeded() {
        failedBefore = false;
    }
}
