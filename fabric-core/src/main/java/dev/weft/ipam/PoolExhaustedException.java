package dev.weft.ipam;

/** Every address of a pool is used or cooling down: trying again later may help, asking differently does not. */
public final class PoolExhaustedException extends AddressException {
    private static final long serialVersionUID = 1L;

    public PoolExhaustedException(String message) {
        super(Reason.EXHAUSTED, message);
    }
}
