package dev.weft.endpoint;

/** A verb on an endpoint failed and left nothing behind. The message says what, where, why and what helps. */
public final class EndpointException extends Exception {
    private static final long serialVersionUID = 1L;

    public enum Reason {
        /** The same key is attached and alive. */
        ALREADY_ATTACHED,
        /** The namespace has an interface of that name that is not ours. */
        INTERFACE_EXISTS,
        /** The path does not lead to a network namespace. */
        NOT_A_NAMESPACE,
        /** The namespace is the agent's own. */
        OWN_NAMESPACE,
        /** The state directory cannot be written. */
        STORE,
        /** The kernel refused. */
        KERNEL,
        /** The agent is not ready or too busy; trying again helps. */
        TRY_LATER
    }

    private final Reason reason;

    public EndpointException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    public EndpointException(Reason reason, String message) {
        this(reason, message, null);
    }

    public Reason reason() {
        return reason;
    }
}
