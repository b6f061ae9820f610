package dev.weft.session;

import dev.weft.link.DeviceFacts;

/**
 * A session at one moment, for the API.
 *
 * @param peer      host id
 * @param linkIndex number of the link between the two hosts
 * @param lane      lane on this host
 * @param state     lower-case state
 * @param path      what carries new frames: {@code tcp}, {@code rdma}, {@code changing} or {@code none}
 * @param reason    why that path, as a code ({@link PathReason#label})
 * @param detail    the same as a sentence
 * @param remedy    what an operator can do about the reason
 * @param switches  changes of path since the session began
 * @param lastGapMicros how long the last change of path held frames back
 * @param rdma      the RDMA link, carrying or being probed; null when there is none
 * @param link      peer address or device, as the link describes itself
 * @param upMillis  how long the session has been established; 0 when it is not
 */
public record SessionStatus(String peer, int linkIndex, int lane, String state, String path, String reason, String detail, String remedy,
        String link, long upMillis, long framesSent, long bytesSent, long framesReceived, long bytesReceived, long pendingBytes,
        long switches, long lastGapMicros, DeviceFacts rdma) {
}
