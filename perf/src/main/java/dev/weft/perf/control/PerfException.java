package dev.weft.perf.control;

import java.io.IOException;

/** Why a test could not be made at all: a sentence for people, with the remedy. */
public final class PerfException extends IOException {
    private static final long serialVersionUID = 1L;

    PerfException(String message) {
        super(message);
    }

    PerfException(String message, Throwable cause) {
        super(message, cause);
    }
}
