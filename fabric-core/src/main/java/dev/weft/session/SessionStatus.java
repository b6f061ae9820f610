package dev.weft.session;

/**
 * A session at one moment, for the API.
 *
 * @param peer      host id
 * @param linkIndex number of the link between the two hosts
 * @param lane      lane on this host
 * @param state     lower-case state
 * @param path      what carries new frames: {@code tcp}, {@code rdma} or {@code none}
 * @param reason    why that path, or why there is none
 * @param link      peer address or device, as the link describes itself
 * @param upMillis  how long the session has been established; 0 when it is not
 */
public record SessionStatus(String peer, int linkIndex, int lane, String state, String path, String reason, String link,
        long upMillis, long framesSent, long bytesSent, long framesReceived, long bytesReceived, long pendingBytes) {
}
