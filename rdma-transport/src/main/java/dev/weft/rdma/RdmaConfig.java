package dev.weft.rdma;

/**
 * What RDMA links may use.
 *
 * @param slots         receive slots of a link, each of {@link BatchHeader#SLOT_LENGTH} bytes; the send memory is as long as all of them
 * @param budgetBytes   most registered memory of this agent, over all links and lanes
 * @param reportNanos   a received batch is reported to the peer at the latest after this time
 * @param inlineBytes   batches up to this length are copied into the work request, where the device can
 * @param relistenNanos after a listener lost its device, how often it looks for it
 */
public record RdmaConfig(int slots, long budgetBytes, long reportNanos, int inlineBytes, long relistenNanos) {
    static final int MIN_SLOTS = 8;
    static final int MAX_SLOTS = 128;

    public static final RdmaConfig DEFAULT = new RdmaConfig(28, 1L << 30, 5_000_000, 220, 2_000_000_000L);

    public RdmaConfig {
        if (slots < MIN_SLOTS || slots > MAX_SLOTS) {
            throw new IllegalArgumentException(slots + " receive slots; " + MIN_SLOTS + ".." + MAX_SLOTS + " are possible");
        }
    }
}
