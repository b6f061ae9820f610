package dev.weft.endpoint;

import dev.weft.ipam.Lease;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * One container's attachment.
 *
 * @param key           who owns it
 * @param vni           of its network
 * @param slot          small number, unique among the live endpoints of this host; names the host interface
 * @param hostInterface name of the veth end in the host's namespace, {@code wf<vni hex>x<slot hex>}
 * @param mac           of the container's end, {@code 02:..} text form
 * @param ipv4          its address or null
 * @param ipv6          its address or null
 * @param netns         path of the network namespace as the runtime gave it
 * @param netnsInode    inode of that namespace (nsfs), to recognise it later
 * @param settings      what is its own
 */
public record Endpoint(EndpointKey key, int vni, int slot, String hostInterface, String mac, Inet4Address ipv4,
        Inet6Address ipv6, String netns, long netnsInode, EndpointSettings settings) {

    /** One without settings of its own. */
    public Endpoint(EndpointKey key, int vni, int slot, String hostInterface, String mac, Inet4Address ipv4, Inet6Address ipv6,
            String netns, long netnsInode) {
        this(key, vni, slot, hostInterface, mac, ipv4, ipv6, netns, netnsInode, EndpointSettings.NONE);
    }

    /** MAC of the host's end, told from the slot: the container's neighbour entry survives a restart, and the end is known as ours. */
    public String hostMac() {
        return String.format(Locale.ROOT, "02:57:%02x:%02x:%02x:%02x", slot >>> 24 & 0xFF, slot >>> 16 & 0xFF, slot >>> 8 & 0xFF,
                slot & 0xFF);
    }

    /** What it holds of the address pools. */
    Lease lease() {
        return new Lease(ipv4, ipv6);
    }

    public List<InetAddress> addresses() {
        return Stream.<InetAddress>of(ipv4, ipv6).filter(Objects::nonNull).toList();
    }
}
