package dev.weft.host;

import dev.weft.endpoint.Endpoint;
import dev.weft.endpoint.EndpointKey;
import dev.weft.endpoint.EndpointSettings;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * What the kernel keeps of an endpoint beside its interface: the alias of the host's end. An endpoint whose record is lost is rebuilt
 * from it. No part holds a blank but the last.
 *
 * <pre>{@code
 * weft1 <network> <container id> <interface in the container> <inode of the namespace> <settings> <path of the namespace>
 * }</pre>
 */
final class EndpointAlias {
    private static final String VERSION = "weft1";
    private static final int MAX_BYTES = 255; // IFALIASZ of linux/if.h without the NUL
    private static final int PARTS = 7;

    private EndpointAlias() {
    }

    /** Without the path when it would be too long; shortened, and then of no use, when the container id is very long. */
    static String of(Endpoint endpoint) {
        EndpointKey key = endpoint.key();
        String start = String.join(" ", VERSION, key.network(), key.containerId(), key.ifName(), Long.toString(endpoint.netnsInode()),
                endpoint.settings().text());
        String whole = start + " " + endpoint.netns();
        byte[] bytes = (length(whole) > MAX_BYTES ? start + " " : whole).getBytes(StandardCharsets.UTF_8);
        return bytes.length <= MAX_BYTES ? new String(bytes, StandardCharsets.UTF_8) : VERSION;
    }

    private static int length(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    /** The endpoint that wrote {@code alias}; nothing when it is none of ours or says too little. */
    static Optional<Endpoint> read(String alias, int vni, int slot, String hostInterface, String mac, List<InetAddress> addresses) {
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
            return Optional.of(new Endpoint(new EndpointKey(parts[1], parts[2], parts[3]), vni, slot, hostInterface, mac, ipv4, ipv6,
                    parts[6], Long.parseLong(parts[4]), EndpointSettings.parse(parts[5])));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
