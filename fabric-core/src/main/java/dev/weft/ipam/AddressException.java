package dev.weft.ipam;

/** An address cannot be had. The message says which, why, and what helps. */
public class AddressException extends Exception {
    private static final long serialVersionUID = 1L;

    /** What kind of no it is; callers decide by it whether to try again. */
    public enum Reason {
        /** The network is not in the agent's configuration. */
        UNKNOWN_NETWORK,
        /** The directory has not (yet) given this host a subnet in the network. */
        NO_SUBNET,
        /** Every address is used or cooling down. */
        EXHAUSTED,
        /** The address asked for lies outside the host's subnets, or is reserved in them. */
        NOT_OURS,
        /** The address asked for is used or cooling down. */
        IN_USE
    }

    private final Reason reason;

    public AddressException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
