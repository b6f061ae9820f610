package dev.weft.perf.transport;

import java.io.IOException;

/** The listening end of a {@link Transport}. Used and closed on one thread. */
public interface Acceptor extends AutoCloseable {

    /** What the connecting end needs to find this one, in the transport's own form: a port, a path, a channel. */
    String address();

    /**
     * Waits for the next connection that brings the token; others are dropped.
     *
     * @param timeoutNanos longest wait, 0 only looks
     * @return null when there was none in time
     */
    Transceiver accept(long timeoutNanos) throws IOException;

    /** Idempotent. Leaves accepted transceivers alone. */
    @Override
    void close();
}
