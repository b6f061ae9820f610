package dev.weft.lane;

import dev.weft.session.RemoteHost;

/** What a lane tells the control side; called on the lane's thread, must not block. */
@FunctionalInterface
public interface LaneEvents {
    LaneEvents NONE = (peer, remoteLanes) -> { };

    /** A session with the peer is up; the peer has that many lanes. */
    void onEstablished(RemoteHost peer, int remoteLanes);
}
