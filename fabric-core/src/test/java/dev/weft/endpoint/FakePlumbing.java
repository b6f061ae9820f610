package dev.weft.endpoint;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A kernel of maps: host interfaces by name, and the container interfaces of each namespace. */
public final class FakePlumbing implements EndpointPlumbing {
    public final Map<String, Endpoint> interfaces = new ConcurrentHashMap<>();
    private final Map<String, StoredEndpoint> aliases = new ConcurrentHashMap<>();
    /** What somebody did to an endpoint by hand, by host interface. */
    public final Map<String, String> damage = new ConcurrentHashMap<>();
    /** Interfaces with an endpoint's name that say nothing of an endpoint. */
    public final List<Remains> foreign = new CopyOnWriteArrayList<>();
    public volatile IOException attachFails;
    public volatile IOException detachFails;
    volatile boolean failAfterMaking;

    @Override
    public void attach(StoredEndpoint stored, String netnsPath) throws IOException {
        Endpoint endpoint = stored.endpoint();
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
            aliases.put(endpoint.hostInterface(), stored);
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

    @Override
    public List<String> differences(Endpoint endpoint, String netnsPath) {
        if (!present(endpoint)) {
            return List.of("interface " + endpoint.hostInterface() + " is missing");
        }
        String damaged = damage.get(endpoint.hostInterface());
        return damaged == null ? List.of() : List.of(damaged);
    }

    @Override
    public void repair(StoredEndpoint stored, String netnsPath) throws IOException {
        Endpoint endpoint = stored.endpoint();
        if (netnsPath == null && !present(endpoint)) {
            throw new IOException("cannot make " + endpoint.hostInterface() + " without its namespace");
        }
        interfaces.put(endpoint.hostInterface(), endpoint);
        damage.remove(endpoint.hostInterface());
    }

    @Override
    public void requireReady() throws IOException {
        if (attachFails != null) {
            throw attachFails;
        }
    }

    @Override
    public List<Remains> survey() {
        List<Remains> all = new ArrayList<>(foreign);
        interfaces.values().forEach(each -> all.add(new Remains(each.hostInterface(), each.vni(), each.slot(),
                aliases.get(each.hostInterface()), each.addresses())));
        return all;
    }

    /** The namespace dies, and what was in it. */
    public void killNamespace(long inode) {
        interfaces.values().removeIf(endpoint -> endpoint.netnsInode() == inode);
    }
}
