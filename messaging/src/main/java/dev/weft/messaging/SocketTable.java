package dev.weft.messaging;

import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * The sockets of one driver by address and port. Changed on the driver's conductor; looked up on lanes and on the driver's other threads
 * without a lock and without allocation: every change makes a new table.
 */
final class SocketTable {
    /** Ports given to sockets that asked for none, as by Linux (net.ipv4.ip_local_port_range). */
    private static final int FIRST_EPHEMERAL = 32_768;
    private static final int LAST_EPHEMERAL = 60_999;

    private record Entry(WireAddress address, FabricSocket socket) {
    }

    private volatile Entry[] table = new Entry[2];
    private int nextEphemeral = FIRST_EPHEMERAL;

    /** Who listens there, or null. Any thread. */
    FabricSocket find(long high, long low, int port) {
        Entry[] entries = table;
        int mask = entries.length - 1;
        int at = WireAddress.hash(high, low, port) & mask;
        Entry entry;
        while ((entry = entries[at]) != null) {
            if (entry.address.is(high, low, port)) {
                return entry.socket;
            }
            at = at + 1 & mask;
        }
        return null;
    }

    /**
     * @param port 0 for a free one, the same on all addresses
     * @return the addresses with the port
     * @throws BindException when another socket has the port on one of the addresses
     */
    synchronized List<WireAddress> bind(List<InetAddress> addresses, int port, FabricSocket socket) throws BindException {
        int bound = port == 0 ? freePort(addresses) : port;
        List<WireAddress> wires = new ArrayList<>();
        for (InetAddress address : addresses) {
            WireAddress wire = WireAddress.of(new InetSocketAddress(address, bound));
            FabricSocket other = find(wire.high(), wire.low(), bound);
            if (other != null) {
                throw new BindException(address.getHostAddress() + " port " + bound + " is in use by channel " + other.channel());
            }
            wires.add(wire);
        }
        List<Entry> all = entries();
        wires.forEach(wire -> all.add(new Entry(wire, socket)));
        rebuild(all);
        return wires;
    }

    synchronized void unbind(FabricSocket socket) {
        List<Entry> all = entries();
        if (all.removeIf(entry -> entry.socket == socket)) {
            rebuild(all);
        }
    }

    /** Every socket once. Any thread. */
    List<FabricSocket> all() {
        List<FabricSocket> sockets = new ArrayList<>();
        for (Entry entry : table) {
            if (entry != null && !sockets.contains(entry.socket)) {
                sockets.add(entry.socket);
            }
        }
        return sockets;
    }

    private int freePort(List<InetAddress> addresses) throws BindException {
        for (int tried = FIRST_EPHEMERAL; tried <= LAST_EPHEMERAL; tried++) {
            int port = nextEphemeral;
            nextEphemeral = port == LAST_EPHEMERAL ? FIRST_EPHEMERAL : port + 1;
            if (addresses.stream().allMatch(address -> find(WireAddress.high(address), WireAddress.low(address), port) == null)) {
                return port;
            }
        }
        throw new BindException("no free port on " + addresses);
    }

    private List<Entry> entries() {
        List<Entry> all = new ArrayList<>();
        for (Entry entry : table) {
            if (entry != null) {
                all.add(entry);
            }
        }
        return all;
    }

    private void rebuild(List<Entry> all) {
        Entry[] next = new Entry[Integer.highestOneBit(all.size() * 2 + 1) * 2];
        for (Entry entry : all) {
            int at = WireAddress.hash(entry.address.high(), entry.address.low(), entry.address.port()) & next.length - 1;
            while (next[at] != null) {
                at = at + 1 & next.length - 1;
            }
            next[at] = entry;
        }
        table = next;
    }
}
