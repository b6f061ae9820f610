package dev.weft.perf.iperf3;

/**
 * What the two ends of an iperf3 control connection tell each other, one byte each.
 *
 * <pre>
 *  client                                    server
 *    | -- cookie (37 bytes) ------------------> |
 *    | &lt;------------------- PARAM_EXCHANGE ---- |      or ACCESS_DENIED: busy
 *    | -- length, JSON (parameters) ----------> |      or SERVER_ERROR, code, errno
 *    | &lt;------------------- CREATE_STREAMS ---- |
 *    | == data connections, cookie each ======> |      UDP: "9876" answered by "6789"
 *    | &lt;----------- TEST_START, TEST_RUNNING -- |
 *    | == data, either way or both ===========> |
 *    | -- TEST_END ---------------------------> |
 *    | &lt;----------------- EXCHANGE_RESULTS ---- |
 *    | -- length, JSON (results) -------------> |
 *    | &lt;----------- length, JSON (results) ---- |
 *    | &lt;------------------ DISPLAY_RESULTS ---- |
 *    | -- IPERF_DONE -------------------------> |
 * </pre>
 */
enum State {
    TEST_START(1),
    TEST_RUNNING(2),
    TEST_END(4),
    PARAM_EXCHANGE(9),
    CREATE_STREAMS(10),
    SERVER_TERMINATE(11),
    CLIENT_TERMINATE(12),
    EXCHANGE_RESULTS(13),
    DISPLAY_RESULTS(14),
    IPERF_DONE(16),
    ACCESS_DENIED(-1),
    SERVER_ERROR(-2);

    private final byte wire;

    State(int wire) {
        this.wire = (byte) wire;
    }

    byte wire() {
        return wire;
    }

    /** @throws ProtocolException when no state has this byte: the other end does not speak iperf3 */
    static State of(byte wire) throws ProtocolException {
        for (State state : values()) {
            if (state.wire == wire) {
                return state;
            }
        }
        throw new ProtocolException("the other end sent control byte " + wire + ", which iperf3 does not know; is it an iperf3?");
    }
}
