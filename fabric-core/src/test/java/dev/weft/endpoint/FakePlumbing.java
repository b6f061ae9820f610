package dev.weft.endpoint;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A kernel of maps: host interfaces by name, and the container interfaces of each namespace. */
final class FakePlumbing implements EndpointPlumbing {
    final Map<String, Endpoint> interfaces = new ConcurrentHashMap<>();
    volatile IOException attachFails;
    volatile IOException detachFails;
    volatile boolean failAfterMaking;

    @Override
    public void attach(Endpoint endpoint, String netnsPath) throws IOException {
        if (interfaces.containsKey(endpoint.hostInterface())) {
            throw new IOException(endpoint.hostInterface() + " is there already");
        }
        boolean taken = interfaces.values().stream()
                .anyMatch(other -> other.netnsInode() == endpoint.netnsInode() && other.key().ifName().equals(endpoint.key().ifName()));
        if (taken) {
            throw new InterfaceExistsException(endpoint.key().ifName() + " exists in " + netnsPath);
        }
        if (failAfterMaking || attachFails == null) {
            interfaces.put(endpoint.hostInterface(), endpoint);
        }
        if (attachFails != null) {
            throw attachFails;
        }
    }

    @Override
    public void detach(Endpoint endpoint) throws IOException {
        if (detachFails != null) {
            throw detachFails;
        }
        interfaces.remove(endpoint.hostInterface());
    }

    @Override
    public boolean present(Endpoint endpoint) {
        return interfaces.containsKey(endpoint.hostInterface());
    }

    /** The namespace dies, and what was in it. */
    void killNamespace(long inode) {
        interfaces.values().removeIf(endpoint -> endpoint.netnsInode() == inode);
    }
}
