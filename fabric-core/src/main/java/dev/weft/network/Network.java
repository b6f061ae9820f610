package dev.weft.network;

import java.util.List;

/**
 * A tenant. Endpoints of different networks cannot talk. All networks of a cluster share one routing table on each host, so
 * their ranges must not overlap.
 *
 * @param name       as the CNI configuration names it
 * @param vni        1..0xFFFFFF, carried by every frame
 * @param ranges     the cluster-wide ranges, at most one an address family; every host's subnets lie within them
 * @param masquerade whether what leaves the cluster range takes the host's own address
 */
public record Network(String name, int vni, List<IpPrefix> ranges, boolean masquerade) {
    public static final int MAX_VNI = 0xFFFFFF;

    public Network {
        ranges = List.copyOf(ranges);
    }
}
