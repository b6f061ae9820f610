package dev.weft.agent;

import dev.weft.endpoint.Endpoint;
import dev.weft.endpoint.EndpointKey;
import dev.weft.peer.Peers.LocalAddress;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Which addresses packets of this host may come from: its endpoints' and its own. Conductor only. */
final class LocalAddresses {
    private final Map<EndpointKey, Endpoint> endpoints = new LinkedHashMap<>();
    private List<LocalAddress> own = List.of();

    void add(Endpoint endpoint) {
        endpoints.put(endpoint.key(), endpoint);
    }

    void remove(Endpoint endpoint) {
        endpoints.remove(endpoint.key());
    }

    void own(List<LocalAddress> addresses) {
        own = List.copyOf(addresses);
    }

    Collection<LocalAddress> all() {
        List<LocalAddress> all = new ArrayList<>(own);
        for (Endpoint endpoint : endpoints.values()) {
            add(all, endpoint.ipv4(), endpoint.vni());
            add(all, endpoint.ipv6(), endpoint.vni());
        }
        return all;
    }

    private static void add(List<LocalAddress> all, InetAddress address, int vni) {
        if (address != null) {
            all.add(new LocalAddress(address, vni));
        }
    }
}
