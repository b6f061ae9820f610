package dev.weft.perf.control;

import java.util.concurrent.TimeUnit;

/**
 * What a coordinator asks of a host of a mesh: to measure towards another one.
 *
 * @param host as the other end is known to the host that is asked
 * @param port of the server there
 * @param plan the test, seen from the host that is asked
 */
public record MeshOrder(String host, int port, TestPlan plan) {
    static final long MAX_NANOS = TimeUnit.SECONDS.toNanos(60);
    static final int MAX_STREAMS = 8;

    /** @return null when it is within what hosts do for others, else a sentence with the nearest that is */
    public String problem() {
        if (host == null || host.isBlank() || port < 1 || port > 65_535 || plan == null) {
            return "the order lacks its host, port or plan";
        }
        if (plan.count() > 0 || plan.durationNanos() + plan.warmUpNanos() > MAX_NANOS) {
            return "a host measures at most " + TimeUnit.NANOSECONDS.toSeconds(MAX_NANOS) + " s for others; nearest: --time 30s";
        }
        return plan.streams() > MAX_STREAMS ? "a host opens at most " + MAX_STREAMS + " streams for others; nearest: --streams "
                + MAX_STREAMS : null;
    }
}
