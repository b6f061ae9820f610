package dev.weft.agent;

import dev.weft.endpoint.Endpoint;
import dev.weft.peer.Peers.LocalAddress;
import dev.weft.route.LocalChange;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which addresses packets of this host may come from: its own and its endpoints'. Keeps account of what has changed, so that nobody has to
 * look at all of them for one that came. Conductor only.
 */
final class LocalAddresses {
    private final Map<InetAddress, Integer> own = new LinkedHashMap<>();
    private final Map<InetAddress, Endpoint> endpoints = new LinkedHashMap<>();
    private List<LocalChange> changes = new ArrayList<>();

    void add(Endpoint endpoint) {
        for (InetAddress address : endpoint.addresses()) {
            endpoints.put(address, endpoint);
            changed(address);
        }
    }

    void remove(Endpoint endpoint) {
        for (InetAddress address : endpoint.addresses()) {
            if (endpoints.remove(address, endpoint)) {
                changed(address);
            }
        }
    }

    /** Replaces the host's own addresses. */
    void own(List<LocalAddress> addresses) {
        List<InetAddress> before = List.copyOf(own.keySet());
        own.clear();
        addresses.forEach(address -> own.put(address.address(), address.vni()));
        before.forEach(this::changed);
        own.keySet().forEach(this::changed);
    }

    private void changed(InetAddress address) {
        Endpoint endpoint = endpoints.get(address);
        Integer vni = own.getOrDefault(address, endpoint == null ? null : endpoint.vni());
        changes.add(vni == null ? LocalChange.gone(address) : new LocalChange(address, vni));
    }

    /** What has changed since the last call. */
    List<LocalChange> takeChanges() {
        List<LocalChange> taken = changes;
        changes = new ArrayList<>();
        return taken;
    }

    /** All of them, the host's own first. */
    Collection<LocalAddress> all() {
        List<LocalAddress> all = new ArrayList<>();
        own.forEach((address, vni) -> all.add(new LocalAddress(address, vni)));
        endpoints.forEach((address, endpoint) -> all.add(new LocalAddress(address, endpoint.vni())));
        return all;
    }
}
