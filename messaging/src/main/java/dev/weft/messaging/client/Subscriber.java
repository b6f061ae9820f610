package dev.weft.messaging.client;

import io.aeron.FragmentAssembler;
import io.aeron.Subscription;

/** Receives the messages of one topic at one place, from any number of publishers. One thread at a time. */
public final class Subscriber implements AutoCloseable {
    private final Connection connection;
    private final String channel;
    private final int stream;
    private final MessageListener listener;
    private Connection.Epoch epoch;
    private Subscription subscription;
    private FragmentAssembler assembler;
    private boolean closed;

    Subscriber(Connection connection, String channel, int stream, MessageListener listener) {
        this.connection = connection;
        this.channel = channel;
        this.stream = stream;
        this.listener = listener;
        refresh();
    }

    /**
     * Hands what has arrived to the listener. Does not block. A subscriber that does not poll makes its publishers wait.
     *
     * @param limit most pieces of messages to take; a message longer than the MTU is several
     * @return how many were taken; 0 when nothing was there
     */
    public int poll(int limit) {
        return closed || !refresh() ? 0 : subscription.poll(assembler, limit);
    }

    /** Whether a publisher is there. */
    public boolean isConnected() {
        return !closed && refresh() && subscription.isConnected();
    }

    private boolean refresh() {
        Connection.Epoch now = connection.epoch();
        if (now != epoch) {
            epoch = now;
            // Half a message of a driver that is gone must not be completed by the next one.
            assembler = new FragmentAssembler((buffer, offset, length, header) -> listener.onMessage(buffer, offset, length));
            subscription = now == null ? null : now.aeron().addSubscription(channel, stream);
        }
        return subscription != null;
    }

    /** Idempotent. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            if (subscription != null) {
                subscription.close();
            }
        }
    }
}
