package dev.weft.perf.transport;

/**
 * One stream of messages, both ways.
 *
 * <p><b>Thread.</b> Everything on the thread that opened it, {@link #close} included; {@link #retransmits} and {@link #describe} from any.
 *
 * <p><b>Waiting.</b> In spin mode ({@link StreamSetup#spin}) nothing blocks. Otherwise {@link #commit} and {@link #poll} may sleep until
 * there is something to do, but never longer than {@link #PATIENCE_NANOS}, so that the caller can look whether it shall stop.
 *
 * <p><b>Sending.</b> {@link #claim} lends room for one message in the transport's own memory; the caller writes it and commits. One claim
 * is open at a time. A claim that is never committed costs nothing.
 *
 * <p><b>Receiving.</b> {@link #poll} hands messages to a {@link MessageHandler}; their memory is readable until the handler returns.
 *
 * <p>No call allocates in steady state, and none throws for what a network may do: "not now" and "over" are return values.
 */
public interface Transceiver extends AutoCloseable {
    /** Back-pressure: try again. */
    int NOT_NOW = -1;
    /** The stream has ended; it will never again take or deliver a message. */
    int CLOSED = -2;

    long PATIENCE_NANOS = 100_000_000L;

    /**
     * @param length bytes of the message; at most {@link Transport.Traits#maxMessageBytes}, on a stream of fixed size exactly
     *               {@link StreamSetup#messageBytes}
     * @return address of {@code length} writable bytes, or {@link #NOT_NOW} or {@link #CLOSED}
     */
    long claim(int length);

    /** Sends the claimed message, at the latest with the next {@link #flush}. */
    void commit(int length);

    /** Starts sending whatever has been committed. */
    void flush();

    /**
     * Delivers what has arrived.
     *
     * @param limit most messages
     * @return messages delivered, 0 for none, {@link #CLOSED} when the other end has gone and everything was delivered
     */
    int poll(MessageHandler handler, int limit);

    /** Tells the other end that no more messages follow, where the transport can. */
    void endSending();

    /** For people: addresses or device at both ends. */
    String describe();

    /** @return segments sent again, or -1 when the transport does not tell */
    long retransmits();

    /** Idempotent. */
    @Override
    void close();
}
