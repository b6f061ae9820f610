package dev.weft.messaging.client;

import io.aeron.ExclusivePublication;
import io.aeron.Publication;
import org.agrona.DirectBuffer;

/** Sends the messages of one topic to one place. One thread at a time. */
public final class Publisher implements AutoCloseable {
    private final Attachment<ExclusivePublication> attachment;
    private boolean closed;

    Publisher(Connection connection, String channel, int stream) {
        attachment = new Attachment<>(connection, aeron -> aeron.addExclusivePublication(channel, stream));
    }

    /**
     * Offers one message. Does not block.
     *
     * @param length in bytes, at most {@link #maxMessageLength}
     * @throws IllegalArgumentException when the message is longer
     */
    public SendResult offer(DirectBuffer buffer, int offset, int length) {
        if (closed) {
            return SendResult.CLOSED;
        }
        ExclusivePublication publication = attachment.get();
        if (publication == null) {
            return SendResult.NOT_CONNECTED;
        }
        long result;
        try {
            result = publication.offer(buffer, offset, length);
        } catch (InternalError e) {
            attachment.fault();
            return SendResult.NOT_CONNECTED;
        }
        if (result > 0) {
            return SendResult.SENT;
        }
        return result == Publication.BACK_PRESSURED || result == Publication.ADMIN_ACTION ? SendResult.BACK_PRESSURE
                : SendResult.NOT_CONNECTED;
    }

    /** As {@link #offer(DirectBuffer, int, int)}, of a whole buffer. */
    public SendResult offer(DirectBuffer buffer) {
        return offer(buffer, 0, buffer.capacity());
    }

    /** Whether a subscriber is there. */
    public boolean isConnected() {
        ExclusivePublication publication = closed ? null : attachment.get();
        return publication != null && publication.isConnected();
    }

    /** Why there is no stream at present: no driver, or what the driver answers. Empty when there is one, connected or not. */
    public String problem() {
        return closed ? "closed" : attachment.get() == null ? attachment.problem() : "";
    }

    /** Longest message in bytes: an eighth of the term length; 0 while there is no driver. */
    public int maxMessageLength() {
        ExclusivePublication publication = closed ? null : attachment.get();
        return publication == null ? 0 : publication.maxMessageLength();
    }

    /** Ends the stream: subscribers read what was sent and then see its end. Idempotent. */
    @Override
    public void close() {
        closed = true;
        attachment.close();
    }
}
