package dev.weft.link;

import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;

/** Makes links for one lane. Lane's thread only; nothing blocks. */
public interface LaneTransport extends AutoCloseable {

    /**
     * Takes connections at an address until closed.
     *
     * @return completes when the address is bound, or exceptionally with an {@link java.io.IOException} that names it and the remedy
     */
    CompletableFuture<Void> listen(InetSocketAddress local, Acceptor acceptor);

    /**
     * Starts a connection. Exactly one method of {@code handler} is called later (or at once), within the time limit.
     *
     * @param local         address to connect from, or null for the system's choice
     * @param remote        where the peer listens
     * @param privateData   carried to the acceptor (RDMA: at most 56 bytes); empty for TCP
     * @param timeoutMillis after which the attempt fails
     */
    void connect(InetSocketAddress local, InetSocketAddress remote, byte[] privateData, long timeoutMillis, ConnectHandler handler);

    /** Stops listening, gives up attempts, closes every link made here. Idempotent. */
    @Override
    void close();

    /** Asked for each incoming connection. */
    @FunctionalInterface
    interface Acceptor {
        /**
         * @param link        the new link; it delivers nothing before this returns. It may still be coming up: until then {@code claim}
         *                    answers {@link Link#NOT_NOW}, then {@link LinkListener#onWritable} or {@link LinkListener#onClosed} follows.
         *                    A caller that is refused here has cost no device memory yet
         * @param remote      where it came from
         * @param privateData what the connector sent along
         * @return who listens to the link, or null to refuse it
         */
        LinkListener accept(Link link, InetSocketAddress remote, byte[] privateData);
    }

    /** The outcome of {@link #connect}. */
    interface ConnectHandler {
        /** The link is up; it delivers nothing before this returns its listener. */
        LinkListener onConnected(Link link);

        /** There will be no link; {@code reason} is a sentence for people. */
        void onFailed(String reason);
    }
}
