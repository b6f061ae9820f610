package dev.weft.perf.control;

import java.io.IOException;

/** Why a test could not be made at all: a sentence for people, with the remedy. */
public final class PerfException extends IOException {
    private static final long serialVersionUID = 1L;

    private final boolean busy;

    PerfException(String message) {
        this(message, null);
    }

    PerfException(String message, Throwable cause) {
        super(message, cause);
        busy = false;
    }

    private PerfException(String message, boolean busy) {
        super(message);
        this.busy = busy;
    }

    static PerfException busy(String message) {
        return new PerfException(message, true);
    }

    /** Whether the server measures with somebody else and may be asked again. */
    public boolean isBusy() {
        return busy;
    }
}
