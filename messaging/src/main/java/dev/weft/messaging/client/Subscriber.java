package dev.weft.messaging.client;

import io.aeron.FragmentAssembler;
import io.aeron.Subscription;

/** Receives the messages of one topic at one place, from any number of publishers. One thread at a time. */
public final class Subscriber implements AutoCloseable {
    private final MessageListener listener;
    private final Attachment<Subscription> attachment;
    private Subscription subscription;
    private FragmentAssembler assembler;
    private boolean closed;

    Subscriber(Connection connection, String channel, int stream, MessageListener listener) {
        this.listener = listener;
        attachment = new Attachment<>(connection, aeron -> aeron.addSubscription(channel, stream));
    }

    /**
     * Hands what has arrived to the listener. Does not block. A subscriber that does not poll makes its publishers wait.
     *
     * @param limit most pieces of messages to take; a message longer than the MTU is several
     * @return how many were taken; 0 when nothing was there
     */
    public int poll(int limit) {
        if (!refresh()) {
            return 0;
        }
        try {
            return subscription.poll(assembler, limit);
        } catch (InternalError e) {
            attachment.fault();
            return 0;
        }
    }

    /** Whether a publisher is there. */
    public boolean isConnected() {
        return refresh() && subscription.isConnected();
    }

    /** Why there is no subscription at present: no driver, or what the driver answers. Empty when there is one, connected or not. */
    public String problem() {
        return closed ? "closed" : attachment.get() == null ? attachment.problem() : "";
    }

    private boolean refresh() {
        Subscription now = closed ? null : attachment.get();
        if (now != subscription) {
            subscription = now;
            // Half a message of a driver that is gone must not be completed by the next one.
            assembler = new FragmentAssembler((buffer, offset, length, header) -> listener.onMessage(buffer, offset, length));
        }
        return subscription != null;
    }

    /** Idempotent. */
    @Override
    public void close() {
        closed = true;
        attachment.close();
    }
}
