package dev.weft.perf.iperf3;

import java.io.IOException;

/** The other end did not keep to the iperf3 protocol, or refused; the message says what and what to do. */
public final class ProtocolException extends IOException {
    private static final long serialVersionUID = 1;
    private final int code;

    ProtocolException(String message) {
        this(message, Refusal.PARAMETERS);
    }

    ProtocolException(String message, int code) {
        super(message);
        this.code = code;
    }

    /** iperf3's number for it, which a stock client turns into its own words. */
    int code() {
        return code;
    }
}
