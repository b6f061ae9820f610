package dev.weft.ipam;

import dev.weft.network.IpAddresses;
import dev.weft.network.IpPrefix;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * The addresses of one subnet of this host.
 *
 * <pre>
 *   offset   0         1           2 ............ last-1   last
 *            network,  the host's  given to endpoints      broadcast (IPv4 only)
 *            anycast   own
 * </pre>
 *
 * Addresses are given in turn, so that a freed one rests as long as possible, and at least {@link #COOL_DOWN}: peers and clients
 * may still be sending to its last owner. Thread-safe; never blocks.
 */
public final class AddressPool {
    public static final Duration COOL_DOWN = Duration.ofSeconds(30);
    private static final int MAX_HOST_BITS = 62; // offsets are longs; nobody counts through more

    private record Cooling(InetAddress address, long untilNanos) {
    }

    private final IpPrefix subnet;
    private final LongSupplier nanoTime;
    private final long last; // highest offset given to endpoints
    private final Map<InetAddress, String> owners = new HashMap<>();
    private final Deque<Cooling> coolingInTurn = new ArrayDeque<>();
    private final Set<InetAddress> cooling = new HashSet<>();
    private long cursor = 1; // offset given last

    /**
     * @param nanoTime a monotonic clock, as {@link System#nanoTime}
     */
    public AddressPool(IpPrefix subnet, LongSupplier nanoTime) {
        this.subnet = subnet;
        this.nanoTime = nanoTime;
        int bits = Math.min(MAX_HOST_BITS, (subnet.isIpv4() ? 32 : 128) - subnet.length());
        this.last = (1L << bits) - (subnet.isIpv4() ? 2 : 1);
    }

    public IpPrefix subnet() {
        return subnet;
    }

    /** The address the host itself carries. */
    public InetAddress hostAddress() {
        return subnet.nth(1);
    }

    /**
     * The next free address.
     *
     * @param owner shown in messages
     */
    public synchronized InetAddress take(String owner) throws PoolExhaustedException {
        requireAvailable();
        InetAddress candidate;
        do { // ends: at most owners + cooling candidates are refused
            cursor = cursor >= last ? 2 : cursor + 1;
            candidate = subnet.nth(cursor);
        } while (owners.containsKey(candidate) || cooling.contains(candidate));
        owners.put(candidate, owner);
        return candidate;
    }

    /** Returns when {@link #take(String)} would find an address now. */
    public synchronized void requireAvailable() throws PoolExhaustedException {
        endCoolDowns();
        if (owners.size() + cooling.size() >= capacity()) {
            throw exhausted();
        }
    }

    /** Exactly {@code wanted}, or an exception that says why not. */
    public synchronized void take(String owner, InetAddress wanted) throws AddressException {
        String text = IpAddresses.format(wanted);
        if (!subnet.contains(wanted)) {
            throw new AddressException(AddressException.Reason.NOT_OURS, text + " is not in this host's subnet " + subnet);
        }
        if (isReserved(wanted)) {
            throw new AddressException(AddressException.Reason.NOT_OURS, text + " is the network's, the host's or the broadcast address of "
                    + subnet + "; ask for one between " + IpAddresses.format(subnet.nth(2)) + " and "
                    + IpAddresses.format(subnet.nth(last)));
        }
        endCoolDowns();
        String other = owners.get(wanted);
        if (other != null) {
            throw new AddressException(AddressException.Reason.IN_USE, text + " belongs to " + other);
        }
        if (cooling.contains(wanted)) {
            throw new AddressException(AddressException.Reason.IN_USE, text + " was freed less than " + COOL_DOWN.toSeconds()
                    + " s ago and is cooling down");
        }
        owners.put(wanted, owner);
    }

    /**
     * Says that a live endpoint holds {@code address}, found at start. Later addresses are given after the highest one adopted.
     * An address outside the subnet is not this pool's business and is ignored.
     */
    public synchronized void adopt(String owner, InetAddress address) {
        if (!subnet.contains(address)) {
            return;
        }
        owners.put(address, owner);
        if (!isReserved(address) && offsetOf(address) > cursor) {
            cursor = offsetOf(address);
        }
    }

    /** Frees an address that was in use; it cools down. Idempotent. */
    public synchronized void release(InetAddress address) {
        if (owners.remove(address) != null && cooling.add(address)) {
            coolingInTurn.add(new Cooling(address, nanoTime.getAsLong() + COOL_DOWN.toNanos()));
        }
    }

    /** Gives back an address that nobody used: it is free at once. Idempotent. */
    public synchronized void giveBack(InetAddress address) {
        owners.remove(address);
    }

    public synchronized Usage usage() {
        endCoolDowns();
        return new Usage(subnet, capacity(), owners.size(), cooling.size());
    }

    /**
     * How full the pool is, in addresses.
     *
     * @param capacity addresses for endpoints, used or not
     */
    public record Usage(IpPrefix subnet, long capacity, int used, int cooling) {
    }

    private long capacity() {
        return Math.max(0, last - 1);
    }

    private boolean isReserved(InetAddress address) {
        return address.equals(subnet.nth(0)) || address.equals(subnet.nth(1)) || subnet.isIpv4() && address.equals(subnet.nth(last + 1));
    }

    /** Only its low bits, so that an IPv6 address far out does not move the cursor beyond what is counted through. */
    private long offsetOf(InetAddress address) {
        byte[] bytes = address.getAddress();
        byte[] base = subnet.address().getAddress();
        long offset = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (offset > last >> 8) {
                return 0;
            }
            offset = offset << 8 | (bytes[i] & 0xFF) - (base[i] & 0xFF);
        }
        return offset > last ? 0 : offset;
    }

    private void endCoolDowns() {
        long now = nanoTime.getAsLong();
        while (!coolingInTurn.isEmpty() && coolingInTurn.peek().untilNanos - now <= 0) {
            cooling.remove(coolingInTurn.poll().address);
        }
    }

    private PoolExhaustedException exhausted() {
        StringBuilder message = new StringBuilder("no free address in ").append(subnet).append(": ").append(owners.size())
                .append(" of ").append(capacity()).append(" used");
        if (!cooling.isEmpty()) {
            long waitMillis = Math.max(0, coolingInTurn.peek().untilNanos - nanoTime.getAsLong()) / 1_000_000;
            message.append(", ").append(cooling.size()).append(" cooling down, the first is free in ").append(waitMillis).append(" ms");
        }
        message.append("; remove containers or give the host a larger subnet in the directory");
        return new PoolExhaustedException(message.toString());
    }
}
