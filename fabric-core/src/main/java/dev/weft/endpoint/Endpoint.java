package dev.weft.endpoint;

import java.net.Inet4Address;
import java.net.Inet6Address;

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
 */
public record Endpoint(EndpointKey key, int vni, int slot, String hostInterface, String mac, Inet4Address ipv4,
        Inet6Address ipv6, String netns, long netnsInode) {
}
