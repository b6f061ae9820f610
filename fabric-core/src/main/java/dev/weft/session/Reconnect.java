package dev.weft.session;

import java.util.random.RandomGenerator;

/**
 * When to connect. The side that makes the connections tries at once and then after waits that grow exponentially from the minimum to the
 * maximum, each drawn from its upper half so that hosts spread. The other side may knock once.
 */
final class Reconnect {
    private final SessionConfig config;
    private final RandomGenerator random;
    private final boolean connects;
    private boolean mayKnock;
    private long wait;
    private long dueAt;
    private boolean failedBefore;

    Reconnect(SessionConfig config, RandomGenerator random, boolean connects, boolean mayKnock) {
        this.config = config;
        this.random = random;
        this.connects = connects;
        this.mayKnock = mayKnock;
    }

    boolean due(long now) {
        return mayKnock || connects && (!failedBefore || now - dueAt >= 0);
    }

    void started() {
        mayKnock = false;
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
