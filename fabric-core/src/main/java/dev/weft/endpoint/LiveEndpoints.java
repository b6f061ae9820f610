package dev.weft.endpoint;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The endpoints there are, and who is told when one comes or goes; coming and going wait until listeners are settled. Thread-safe. */
final class LiveEndpoints {
    private final Map<EndpointKey, StoredEndpoint> live = new ConcurrentHashMap<>();
    private final List<EndpointListener> listeners = new ArrayList<>(); // guarded by this

    /** Null when there is none. */
    StoredEndpoint get(EndpointKey key) {
        return live.get(key);
    }

    /** As they are at one moment or another of the walk through them. */
    Collection<StoredEndpoint> all() {
        return live.values();
    }

    void add(StoredEndpoint stored) {
        List<EndpointListener> told;
        synchronized (this) {
            live.put(stored.endpoint().key(), stored);
            listeners.forEach(listener -> listener.added(stored.endpoint()));
            told = List.copyOf(listeners);
        }
        awaitSettled(told);
    }

    /** Another state of one that is there; nobody is told. */
    void replace(StoredEndpoint stored) {
        live.put(stored.endpoint().key(), stored);
    }

    void remove(Endpoint endpoint) {
        List<EndpointListener> told;
        synchronized (this) {
            live.remove(endpoint.key());
            listeners.forEach(listener -> listener.removed(endpoint));
            told = List.copyOf(listeners);
        }
        awaitSettled(told);
    }

    /** Adds a listener; it knows every endpoint there is, and is settled, when this returns. */
    void addListener(EndpointListener listener) {
        synchronized (this) {
            listeners.add(listener);
            live.values().forEach(stored -> listener.added(stored.endpoint()));
        }
        awaitSettled(List.of(listener));
    }

    private static void awaitSettled(List<EndpointListener> told) {
        told.forEach(listener -> listener.settled().toCompletableFuture().join());
    }
}
