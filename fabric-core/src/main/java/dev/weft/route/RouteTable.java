package dev.weft.route;

import java.nio.ByteBuffer;

/**
 * Where an address lives: an endpoint of this host, a peer's subnet, or nowhere. Belongs to one lane, whose thread changes it between
 * packets; so lookups need neither lock nor allocation, and what a change costs does not grow with the number of addresses.
 *
 * <p>Local addresses are exact matches and win over a range that contains them.
 */
public final class RouteTable {
    private final Ipv4Hosts hosts4 = new Ipv4Hosts();
    private final Ipv6Hosts hosts6 = new Ipv6Hosts();
    private PeerRanges ranges = PeerRanges.NONE;

    /** Replaces the ranges of peers. */
    public void ranges(PeerRanges next) {
        ranges = next;
    }

    /** Takes in an address of this host, or forgets one. Idempotent. */
    public void apply(LocalChange change) {
        ByteBuffer bytes = ByteBuffer.wrap(change.address().getAddress());
        boolean ipv4 = bytes.remaining() == Integer.BYTES;
        if (ipv4 && change.isGone()) {
            hosts4.remove(bytes.getInt());
        } else if (ipv4) {
            hosts4.put(bytes.getInt(), Route.local(change.vni()));
        } else if (change.isGone()) {
            hosts6.remove(bytes.getLong(), bytes.getLong());
        } else {
            hosts6.put(bytes.getLong(), bytes.getLong(), Route.local(change.vni()));
        }
    }

    /**
     * @param address IPv4 address as a big-endian int
     * @return a {@link Route}
     */
    public long lookup4(int address) {
        long local = hosts4.lookup(address);
        return local != Route.NONE ? local : ranges.lookup4(address);
    }

    /**
     * @param addressHigh first 64 bits of the IPv6 address
     * @param addressLow  last 64 bits
     * @return a {@link Route}
     */
    public long lookup6(long addressHigh, long addressLow) {
        long local = hosts6.lookup(addressHigh, addressLow);
        return local != Route.NONE ? local : ranges.lookup6(addressHigh, addressLow);
    }
}
