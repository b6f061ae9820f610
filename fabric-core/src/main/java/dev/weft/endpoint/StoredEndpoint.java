package dev.weft.endpoint;

import java.util.Map;
import java.util.TreeMap;

/**
 * What the store keeps of one endpoint.
 *
 * @param state    how far its verb has come
 * @param endpoint the endpoint
 * @param notes    of whoever attached it, opaque here: what a CNI verb must know again later
 */
public record StoredEndpoint(State state, Endpoint endpoint, Map<String, String> notes) {

    /**
     * An intent is written before anything is done in the kernel, so that a crash in between can be undone.
     *
     * <pre>
     *            intent            done               intent             done
     *   (none) ----------> ATTACHING ----> ATTACHED ----------> DETACHING ----> (none)
     *                          |  failed, or found at start         |  found at start
     *                          +----------> (none)                  +----------> (none)
     * </pre>
     */
    public enum State {
        ATTACHING, ATTACHED, DETACHING
    }

    public StoredEndpoint {
        notes = Map.copyOf(new TreeMap<>(notes));
    }

    /** One that is ready. */
    public static StoredEndpoint attached(Endpoint endpoint, Map<String, String> notes) {
        return new StoredEndpoint(State.ATTACHED, endpoint, notes);
    }

    public StoredEndpoint in(State next) {
        return new StoredEndpoint(next, endpoint, notes);
    }
}
