package dev.weft.host;

import dev.weft.endpoint.Endpoint;
import dev.weft.endpoint.EndpointKey;
import dev.weft.endpoint.EndpointSettings;
import dev.weft.endpoint.StoredEndpoint;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What the kernel keeps of an endpoint beside its interface: the alias of the host's end. An endpoint whose record is lost is rebuilt
 * from it, notes included, so that whoever attached it knows it again. No part holds a blank but the last.
 *
 * <pre>{@code
 * weft2 <network> <container id> <interface in the container> <inode of the namespace> <settings> <notes> <path of the namespace>
 * }</pre>
 */
final class EndpointAlias {
    private static final String VERSION = "weft2";
    private static final int MAX_BYTES = 255; // IFALIASZ of linux/if.h without the NUL
    private static final int PARTS = 8;

    private EndpointAlias() {
    }

    /** Without the path when it would be too long; shortened, and then of no use, when the container id is very long. */
    static String of(StoredEndpoint stored) {
        Endpoint endpoint = stored.endpoint();
        EndpointKey key = endpoint.key();
        String start = String.join(" ", VERSION, key.network(), key.containerId(), key.ifName(), Long.toString(endpoint.netnsInode()),
                endpoint.settings().text(), text(stored.notes())) + " ";
        String whole = start + endpoint.netns();
        String fitting = length(whole) > MAX_BYTES ? start : whole;
        return length(fitting) <= MAX_BYTES ? fitting : VERSION;
    }

    private static int length(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    /** {@code <key>=<value>&...}, encoded as in a URL; empty for none. */
    private static String text(Map<String, String> notes) {
        return new TreeMap<>(notes).entrySet().stream()
                .map(note -> URLEncoder.encode(note.getKey(), StandardCharsets.UTF_8) + "="
                        + URLEncoder.encode(note.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
    }

    private static Map<String, String> notes(String text) {
        Map<String, String> notes = new LinkedHashMap<>();
        for (String note : text.isEmpty() ? new String[0] : text.split("&")) {
            String[] parts = note.split("=", 2);
            if (parts.length != 2) {
                throw new IllegalArgumentException("note '" + note + "' has no value");
            }
            notes.put(URLDecoder.decode(parts[0], StandardCharsets.UTF_8), URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
        }
        return notes;
    }

    /** The endpoint that wrote {@code alias}; nothing when it is none of ours or says too little. */
    static Optional<StoredEndpoint> read(String alias, int vni, int slot, String hostInterface, String mac, List<InetAddress> addresses) {
        String[] parts = alias.split(" ", PARTS);
        if (parts.length != PARTS || !parts[0].equals(VERSION) || mac == null) {
            return Optional.empty();
        }
        Inet4Address ipv4 = null;
        Inet6Address ipv6 = null;
        for (InetAddress address : addresses) {
            if (address instanceof Inet4Address four) {
                ipv4 = four;
            } else if (address instanceof Inet6Address six) {
                ipv6 = six;
            }
        }
        try {
            Endpoint endpoint = new Endpoint(new EndpointKey(parts[1], parts[2], parts[3]), vni, slot, hostInterface, mac, ipv4, ipv6,
                    parts[7], Long.parseLong(parts[4]), EndpointSettings.parse(parts[5]));
            return Optional.of(StoredEndpoint.attached(endpoint, notes(parts[6])));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
