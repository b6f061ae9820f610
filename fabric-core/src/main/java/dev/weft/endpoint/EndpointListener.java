package dev.weft.endpoint;

/** Told of endpoints that come and go, one call at a time, in order. Must not block for long nor call the manager back. */
public interface EndpointListener {

    /** The endpoint is ready to send and receive. */
    void added(Endpoint endpoint);

    /** The endpoint's interface is gone. */
    void removed(Endpoint endpoint);
}
