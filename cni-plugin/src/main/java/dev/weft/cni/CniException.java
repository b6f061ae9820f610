package dev.weft.cni;

/**
 * A verb failed; becomes the CNI error result. Codes below 100 are the specification's (section 5) and the reference library's,
 * those from 100 on are ours.
 */
final class CniException extends Exception {
    private static final long serialVersionUID = 1L;

    static final int INCOMPATIBLE_VERSION = 1;
    static final int UNSUPPORTED_FIELD = 2;
    static final int UNKNOWN_CONTAINER = 3;
    static final int ENVIRONMENT = 4;
    static final int IO = 5;
    static final int DECODE = 6;
    static final int INVALID_CONFIG = 7;
    static final int INVALID_NETNS = 8;
    static final int TRY_AGAIN_LATER = 11;
    static final int UNAVAILABLE = 50;
    /** The attachment or the interface is there already. */
    static final int EXISTS = 100;
    /** An address asked for is another's. */
    static final int ADDRESS_IN_USE = 101;
    /** CHECK found something other than it was made. */
    static final int CHANGED = 102;
    static final int INTERNAL = 999;

    private final int code;
    private final String details;

    CniException(int code, String message) {
        this(code, message, "");
    }

    CniException(int code, String message, String details) {
        super(message);
        this.code = code;
        this.details = details;
    }

    int code() {
        return code;
    }

    /** The longer text, or empty. */
    String details() {
        return details;
    }
}
