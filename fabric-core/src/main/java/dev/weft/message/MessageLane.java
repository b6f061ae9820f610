package dev.weft.message;

/** The messages that one lane carries, as the lane sees them: what waits to be sent, and who takes what arrives. Lane's thread only. */
public interface MessageLane {
    int DELIVERED = 0;

    /** Nobody listens at the address and port. */
    int NO_LISTENER = 1;

    /** Who listens has no room at present. */
    int FULL = 2;

    /** A lane of a host without messaging. */
    MessageLane NONE = new MessageLane() {
        @Override
        public int poll(MessageCarrier carrier, int limit) {
            return 0;
        }

        @Override
        public int deliver(int vni, long message, int length) {
            return NO_LISTENER;
        }
    };

    /**
     * Offers what waits to {@code carrier}, oldest first, until it answers {@link MessageCarrier#NOT_NOW}, nothing waits, or
     * {@code limit} was reached. Does not block.
     *
     * @return how many messages the carrier took
     */
    int poll(MessageCarrier carrier, int limit);

    /**
     * Takes a message that arrived. The lane has checked that the peer owns the source, that the destination is an address of this host
     * and that both belong to the network.
     *
     * @param message address of a {@link dev.weft.frame.MessageHeader} and what follows it; valid until this returns
     * @param length  both, in bytes; at least the header
     * @return {@link #DELIVERED}, {@link #NO_LISTENER} or {@link #FULL}
     */
    int deliver(int vni, long message, int length);
}
