package dev.weft.directory;

import dev.weft.network.IpPrefix;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;

/**
 * What the directory says of one host.
 *
 * @param id       the host's name, unique in the cluster: {@code [a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?}
 * @param underlay where its agent listens for peers
 * @param subnets  network name to the subnets this host owns in it (at most one an address family)
 */
public record HostEntry(String id, InetSocketAddress underlay, Map<String, List<IpPrefix>> subnets) {

    public HostEntry {
        subnets = Map.copyOf(subnets);
    }
}
