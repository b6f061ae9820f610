package dev.weft.route;

import java.net.InetAddress;

/**
 * An address of this host that comes, goes, or changes its network.
 *
 * @param vni of its network; {@link #NOWHERE} when it is no address of this host any more
 */
public record LocalChange(InetAddress address, int vni) {
    /** No VNI, which are 24-bit numbers. */
    public static final int NOWHERE = -1;

    public static LocalChange gone(InetAddress address) {
        return new LocalChange(address, NOWHERE);
    }

    public boolean isGone() {
        return vni == NOWHERE;
    }
}
