package dev.weft.session;

import dev.weft.frame.FrameType;

/** What sessions tell the lane that owns them; on the lane's thread. */
public interface SessionEvents {

    /**
     * A data frame that belongs to the session and is in order.
     *
     * @param body       address of the virtio header
     * @param bodyLength virtio header and packet, in bytes
     */
    void onData(Session session, int vni, long body, int bodyLength);

    /**
     * A message frame that belongs to the session and is in order.
     *
     * @param body       address of the {@link dev.weft.frame.MessageHeader}
     * @param bodyLength header and message, in bytes
     */
    default void onMessage(Session session, int vni, long body, int bodyLength) {
    }

    /** A frame of a sequenced type, from its body on. */
    default void onSequenced(Session session, int type, int vni, long body, int bodyLength) {
        if (type == FrameType.DATA) {
            onData(session, vni, body, bodyLength);
        } else {
            onMessage(session, vni, body, bodyLength);
        }
    }

    /** The peer has been greeted; {@code hello} is its. */
    void onEstablished(Session session, Hello hello);

    /** An established session ended. */
    void onLost(Session session, String reason);
}
