package dev.weft.endpoint;

import dev.weft.endpoint.StoredEndpoint.State;
import dev.weft.network.IpAddresses;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.util.List;
import java.util.Map;

/** Endpoints for tests. */
final class Samples {

    private Samples() {
    }

    static EndpointKey key(String container) {
        return new EndpointKey("default", container, "eth0");
    }

    static StoredEndpoint stored(String container, int slot) {
        Endpoint endpoint = new Endpoint(key(container), 1, slot, Slots.interfaceName(1, slot), "02:00:00:00:00:0" + slot % 10,
                (Inet4Address) IpAddresses.parse("10.42.1." + (slot + 2)), (Inet6Address) IpAddresses.parse("fd42:0:0:1::" + (slot + 2)),
                "/run/netns/" + container, 4026532000L + slot);
        return new StoredEndpoint(State.ATTACHED, endpoint, Map.of("cni-name", "weft", "b", "ü \" \\"));
    }

    static AttachRequest request(String container) {
        return new AttachRequest(key(container), "/run/netns/" + container, "/run/netns/" + container, List.of(), false, null, Map.of());
    }
}
