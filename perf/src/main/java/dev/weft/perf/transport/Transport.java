package dev.weft.perf.transport;

import java.io.IOException;

/**
 * A way to carry messages between two processes. Constructing one must not need a device or a library; {@link #availability} tells.
 *
 * <p><b>Thread.</b> {@link #listen} and {@link #connect} are called on the thread that will use the transceiver. They may wait, but
 * never longer than they are told.
 *
 * <p><b>Strangers.</b> Both ends know the token of {@link StreamSetup}; the transport carries it once when it connects, and an acceptor
 * drops whoever does not bring it.
 */
public interface Transport {

    /** As on the command line: {@code tcp}. */
    String name();

    /** What can be asked of it. */
    Traits traits();

    /** @return null when it can be used here, else a sentence: what is missing and the remedy */
    String unavailable();

    /**
     * Waits for connections.
     *
     * @throws IOException with the address, the reason and the remedy in its message
     */
    Acceptor listen(StreamSetup setup) throws IOException;

    /**
     * Connects to an acceptor.
     *
     * @param address      what {@link Acceptor#address} said at the other end
     * @param timeoutNanos longest wait
     * @throws IOException with the address, the reason and the remedy in its message
     */
    Transceiver connect(String address, StreamSetup setup, long timeoutNanos) throws IOException;

    /**
     * @param reliable        delivers every message once and in order, or breaks
     * @param connects        connecting is part of the protocol, so that the time it takes can be measured (test crr)
     * @param maxMessageBytes largest message
     * @param usualBytes      message size of a throughput test when none is given
     */
    record Traits(boolean reliable, boolean connects, int maxMessageBytes, int usualBytes) {
    }
}
