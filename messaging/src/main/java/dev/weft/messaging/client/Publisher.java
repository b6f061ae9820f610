package dev.weft.messaging.client;

import io.aeron.ExclusivePublication;
import io.aeron.Publication;
import org.agrona.DirectBuffer;

/** Sends the messages of one topic to one place. One thread at a time. */
public final class Publisher implements AutoCloseable {
    private final Connection connection;
    private final String channel;
    private final int stream;
    private Connection.Epoch epoch;
    private ExclusivePublication publication;
    private boolean closed;

    Publisher(Connection connection, String channel, int stream) {
        this.connection = connection;
        this.channel = channel;
        this.stream = stream;
        refresh();
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
        if (!refresh()) {
            return SendResult.NOT_CONNECTED;
        }
        long result = publication.offer(buffer, offset, length);
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
        return !closed && refresh() && publication.isConnected();
    }

    /** Longest message in bytes: an eighth of the term length; 0 while there is no driver. */
    public int maxMessageLength() {
        return publication == null ? 0 : publication.maxMessageLength();
    }

    /** The same publication as long as its driver lives; after that, one on the next driver. */
    private boolean refresh() {
        Connection.Epoch now = connection.epoch();
        if (now != epoch) {
            epoch = now;
            publication = now == null ? null : now.aeron().addExclusivePublication(channel, stream);
        }
        return publication != null;
    }

    /** Ends the stream: subscribers read what was sent and then see its end. Idempotent. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            if (publication != null) {
                publication.close();
            }
        }
    }
}
