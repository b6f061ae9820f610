package dev.weft.session;

/**
 * Time limits of sessions.
 *
 * @param heartbeatNanos    how often a silent side says that it is still here
 * @param deadAfterNanos    a session that heard nothing for this long ends
 * @param helloTimeoutNanos a link that has not brought a hello by then is closed
 * @param reconnectMinNanos first wait after a failure; doubled each time
 * @param reconnectMaxNanos longest wait
 * @param ackTimeoutNanos   an RDMA link on which sent frames stay unacknowledged for this long is given up; longer where acknowledgements
 *                          are measured to take longer ({@link AckClock})
 * @param idleNanos         an RDMA link without a data frame for this long is given back
 */
public record SessionConfig(long heartbeatNanos, long deadAfterNanos, long helloTimeoutNanos, long reconnectMinNanos,
        long reconnectMaxNanos, long ackTimeoutNanos, long idleNanos) {

    /** @return at least 1 */
    long helloTimeoutMillis() {
        return Math.max(1, helloTimeoutNanos / 1_000_000);
    }
}
