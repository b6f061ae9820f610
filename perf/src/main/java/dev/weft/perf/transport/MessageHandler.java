package dev.weft.perf.transport;

/** Takes messages from {@link Transceiver#poll}. */
@FunctionalInterface
public interface MessageHandler {
    /**
     * @param address first byte of the message; valid until this returns
     * @return false when it cannot be taken now: the poll ends and the message is offered again by the next one
     */
    boolean onMessage(long address, int length);
}
