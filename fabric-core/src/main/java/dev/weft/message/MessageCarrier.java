package dev.weft.message;

/** A lane, as it takes messages on their way to other hosts. Lane's thread only. */
@FunctionalInterface
public interface MessageCarrier {
    /** The message is on its way, or was dropped and counted: it may be forgotten. */
    int TAKEN = 1;

    /** The link to the peer is full for the moment: offer the same message again. */
    int NOT_NOW = 0;

    /**
     * Takes one message. Its source must be an address of the network on this host and its destination one of a peer's; otherwise it
     * is dropped.
     *
     * @param vni     of the network that sends
     * @param message address of a {@link dev.weft.frame.MessageHeader} and what follows it; copied before this returns
     * @param length  both, in bytes; at most {@link dev.weft.frame.FrameHeader#MAX_BODY_LENGTH}
     * @return {@link #TAKEN} or {@link #NOT_NOW}
     */
    int offer(int vni, long message, int length);
}
