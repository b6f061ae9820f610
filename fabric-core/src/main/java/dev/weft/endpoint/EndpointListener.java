package dev.weft.endpoint;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Told of endpoints that come and go, one call at a time, in order. Must not block for long nor call the manager back. */
public interface EndpointListener {

    /** The endpoint is ready to send and receive. */
    void added(Endpoint endpoint);

    /** The endpoint's interface is gone. */
    void removed(Endpoint endpoint);

    /**
     * Completes when everything told so far is in force. Verbs answer after that, and others go on meanwhile; so a listener with slow
     * work hands it on in {@link #added} and {@link #removed} and is awaited here. Any thread; must not fail.
     */
    default CompletionStage<Void> settled() {
        return CompletableFuture.completedFuture(null);
    }
}
