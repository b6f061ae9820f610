package dev.weft.control;

/**
 * Answers the requests of one path of the agent's control socket. Modules that fabric-core must not know (CNI) hand theirs to the
 * control server where the agent is put together.
 */
public interface ControlHandler {

    /** The path this handler owns, whole: {@code /cni/v1}. Constant. */
    String path();

    /**
     * Answers one request. Called on a thread that may block, several at a time for different requests.
     *
     * @throws Exception a fault of the handler's own; the server answers 500 and logs it
     */
    ControlResponse handle(ControlRequest request) throws Exception;

    /**
     * The caller was gone before it could be told: it will take for not done what {@code response} says is done. Called on a thread that
     * may block.
     */
    default void undelivered(ControlRequest request, ControlResponse response) {
    }
}
