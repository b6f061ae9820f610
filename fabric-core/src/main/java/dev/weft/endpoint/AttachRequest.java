package dev.weft.endpoint;

import java.net.InetAddress;
import java.util.List;
import java.util.Map;

/**
 * What an endpoint shall be.
 *
 * @param key       who owns it
 * @param netns     path of the namespace as the runtime gave it; remembered and shown
 * @param netnsPath path that leads to it from here and now; the same, or one through {@code /proc/<pid>/fd}
 * @param addresses addresses it must have, at most one a family; the others are chosen from the host's pools
 * @param external  another allocator gave {@code addresses}: they are all it gets, and need not be of the host's pools
 * @param mac       it must have, or null
 * @param settings  see {@link Endpoint#settings()}
 * @param notes     kept with the endpoint, see {@link StoredEndpoint#notes()}
 */
public record AttachRequest(EndpointKey key, String netns, String netnsPath, List<InetAddress> addresses, boolean external,
        String mac, EndpointSettings settings, Map<String, String> notes) {

    public AttachRequest {
        addresses = List.copyOf(addresses);
        notes = Map.copyOf(notes);
    }

    /** One without settings of its own. */
    public AttachRequest(EndpointKey key, String netns, String netnsPath, List<InetAddress> addresses, boolean external, String mac,
            Map<String, String> notes) {
        this(key, netns, netnsPath, addresses, external, mac, EndpointSettings.NONE, notes);
    }
}
