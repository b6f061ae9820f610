package dev.weft.messaging;

import dev.weft.peer.Peers.LocalAddress;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * The drivers of a host, and which addresses are local. Changed by the control side; asked on lanes and driver threads without a lock.
 */
final class Drivers {
    private volatile NetworkDriver[] drivers = new NetworkDriver[0];
    private volatile Locals locals = new Locals(List.of());

    /** The addresses of this host, as an open hash of their wire form. */
    private static final class Locals {
        private final List<LocalAddress> list;
        private final long[] high;
        private final long[] low;
        private final int[] vnis; // 0 where the slot is free

        Locals(Collection<LocalAddress> addresses) {
            list = List.copyOf(addresses);
            int size = Integer.highestOneBit(list.size() * 2 + 1) * 2;
            high = new long[size];
            low = new long[size];
            vnis = new int[size];
            for (LocalAddress local : list) {
                long h = WireAddress.high(local.address());
                long l = WireAddress.low(local.address());
                int at = WireAddress.hash(h, l, 0) & size - 1;
                while (vnis[at] != 0) {
                    at = at + 1 & size - 1;
                }
                high[at] = h;
                low[at] = l;
                vnis[at] = local.vni();
            }
        }

        boolean contains(int vni, long h, long l) {
            int at = WireAddress.hash(h, l, 0) & vnis.length - 1;
            while (vnis[at] != 0) {
                if (low[at] == l && high[at] == h && vnis[at] == vni) {
                    return true;
                }
                at = at + 1 & vnis.length - 1;
            }
            return false;
        }
    }

    void locals(Collection<LocalAddress> addresses) {
        locals = new Locals(addresses);
    }

    synchronized void add(NetworkDriver driver) {
        NetworkDriver[] grown = java.util.Arrays.copyOf(drivers, drivers.length + 1);
        grown[drivers.length] = driver;
        drivers = grown;
    }

    synchronized void remove(NetworkDriver driver) {
        drivers = java.util.Arrays.stream(drivers).filter(each -> each != driver).toArray(NetworkDriver[]::new);
    }

    /** The driver of this host that serves the address in the network, or null when the address is not of this host or has none. */
    NetworkDriver at(int vni, long high, long low) {
        if (!locals.contains(vni, high, low)) {
            return null;
        }
        for (NetworkDriver driver : drivers) {
            if (driver.config().vni() == vni && driver.serves(high, low)) {
                return driver;
            }
        }
        return null;
    }

    boolean isLocal(int vni, InetAddress address) {
        return locals.contains(vni, WireAddress.high(address), WireAddress.low(address));
    }

    /**
     * An address of each family to send from: the first listed, which is the host's own when it has one in the network.
     *
     * @param only the one address that may be used, or null
     */
    List<InetAddress> anyOf(int vni, InetAddress only) {
        if (only != null) {
            return isLocal(vni, only) ? List.of(only) : List.of();
        }
        List<InetAddress> found = new ArrayList<>();
        for (boolean ipv4 : new boolean[] {true, false}) {
            locals.list.stream().filter(local -> local.vni() == vni && local.address() instanceof Inet4Address == ipv4).findFirst()
                    .ifPresent(local -> found.add(local.address()));
        }
        return found;
    }

    List<NetworkDriver> all() {
        return List.of(drivers);
    }
}
