package dev.weft.host;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** What the firewall drops of a network's endpoints; the kernel counts. The lower-case name is the one in the rules and in the API. */
public enum FirewallCounter {
    FOREIGN_SOURCE("source address is not the endpoint's own"),
    GROUP("destination is a multicast or broadcast address"),
    AGENT_PORT("destination is a port of an agent"),
    OTHER_NETWORK("destination is an endpoint of another network on this host"),
    OUTSIDE_RANGES("into the overlay, but not within the network's ranges");

    private static final ObjectMapper JSON = new ObjectMapper();

    private final String description;

    FirewallCounter(String description) {
        this.description = description;
    }

    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    public String description() {
        return description;
    }

    /** Reads what {@code nft -j list counters} prints; a counter that is not there is 0. */
    static Map<String, Long> parse(String json) throws IOException {
        Map<String, Long> packets = new LinkedHashMap<>();
        for (FirewallCounter counter : values()) {
            packets.put(counter.label(), 0L);
        }
        for (JsonNode item : JSON.readTree(json).path("nftables")) {
            JsonNode counter = item.path("counter");
            packets.computeIfPresent(counter.path("name").asText(), (name, none) -> counter.path("packets").asLong());
        }
        return packets;
    }
}
