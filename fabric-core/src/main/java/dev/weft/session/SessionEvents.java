package dev.weft.session;

/** What sessions tell the lane that owns them; on the lane's thread. */
public interface SessionEvents {

    /**
     * A data frame that belongs to the session and is in order.
     *
     * @param body       address of the virtio header
     * @param bodyLength virtio header and packet, in bytes
     */
    void onData(Session session, int vni, long body, int bodyLength);

    /** The peer has been greeted; {@code hello} is its. */
    void onEstablished(Session session, Hello hello);

    /** An established session ended. */
    void onLost(Session session, String reason);
}
