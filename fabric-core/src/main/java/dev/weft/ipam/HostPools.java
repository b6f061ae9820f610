package dev.weft.ipam;

import dev.weft.ipam.AddressException.Reason;
import dev.weft.network.IpAddresses;
import dev.weft.network.IpPrefix;
import dev.weft.network.Network;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * The address pools of this host: for each network one a family, over the subnets the directory gives this host.
 *
 * <p>What live endpoints hold is known before the directory has spoken, and outlasts a change of subnets: claims are kept here and
 * applied to every pool that comes. Thread-safe; never blocks.
 */
public final class HostPools {
    private final Map<String, Network> networks;
    private final LongSupplier nanoTime;
    private final Map<String, List<AddressPool>> pools = new LinkedHashMap<>();
    private final Map<String, Map<InetAddress, String>> claims = new LinkedHashMap<>();

    /**
     * @param networks those of the agent's configuration
     * @param nanoTime a monotonic clock, as {@link System#nanoTime}
     */
    public HostPools(List<Network> networks, LongSupplier nanoTime) {
        this.networks = networks.stream().collect(Collectors.toUnmodifiableMap(Network::name, network -> network));
        this.nanoTime = nanoTime;
        networks.forEach(network -> {
            pools.put(network.name(), List.of());
            claims.put(network.name(), new LinkedHashMap<>());
        });
    }

    /**
     * Takes over the subnets of this host. A pool whose subnet stays keeps its cool-downs; addresses of a subnet that went stay
     * with their endpoints but are not given again.
     *
     * @param subnets network name to subnets, as the directory's entry of this host
     */
    public synchronized void setSubnets(Map<String, List<IpPrefix>> subnets) {
        for (String name : networks.keySet()) {
            List<AddressPool> before = pools.get(name);
            List<AddressPool> after = new ArrayList<>();
            for (IpPrefix subnet : subnets.getOrDefault(name, List.of())) {
                after.add(before.stream().filter(pool -> pool.subnet().equals(subnet)).findFirst().orElseGet(() -> fresh(name, subnet)));
            }
            pools.put(name, after);
        }
    }

    private AddressPool fresh(String network, IpPrefix subnet) {
        AddressPool pool = new AddressPool(subnet, nanoTime);
        claims.get(network).forEach((address, owner) -> pool.adopt(owner, address));
        return pool;
    }

    public Network network(String name) throws AddressException {
        Network network = networks.get(name);
        if (network == null) {
            throw new AddressException(Reason.UNKNOWN_NETWORK, "network '" + name + "' is not in the agent's configuration; it has "
                    + networks.keySet().stream().sorted().toList());
        }
        return network;
    }

    /** Name of the network with that VNI; nothing when the configuration has none. */
    public Optional<String> nameOf(int vni) {
        return networks.values().stream().filter(network -> network.vni() == vni).map(Network::name).findFirst();
    }

    /**
     * Whether an endpoint could be given addresses now.
     *
     * @throws AddressException why not
     */
    public synchronized void requireAvailable(String network) throws AddressException {
        for (AddressPool pool : poolsOf(network)) {
            pool.requireAvailable();
        }
    }

    /**
     * One address from every pool of the network, all or none. Where {@code wanted} names an address of a pool, exactly that one.
     *
     * @param wanted at most one a family, each within a subnet of this host
     */
    public synchronized Lease take(String network, String owner, List<InetAddress> wanted) throws AddressException {
        List<AddressPool> available = poolsOf(network);
        for (InetAddress address : wanted) {
            requireOurs(network, available, address);
        }
        List<InetAddress> taken = new ArrayList<>();
        try {
            for (AddressPool pool : available) {
                taken.add(takeFrom(pool, owner, wanted));
            }
        } catch (AddressException e) {
            taken.forEach(address -> available.forEach(pool -> pool.giveBack(address)));
            throw e;
        }
        taken.forEach(address -> claims.get(network).put(address, owner));
        return Lease.of(taken);
    }

    /**
     * @throws AddressException the subnet is none of this host's in the network
     */
    public synchronized void requireSubnet(String network, IpPrefix subnet) throws AddressException {
        List<IpPrefix> subnets = poolsOf(network).stream().map(AddressPool::subnet).toList();
        if (!subnets.contains(subnet)) {
            throw new AddressException(Reason.NOT_OURS, subnet + " is not a subnet of this host, the directory gives it " + subnets
                    + " in network '" + network + "'");
        }
    }

    private List<AddressPool> poolsOf(String network) throws AddressException {
        network(network);
        List<AddressPool> available = pools.get(network);
        if (available.isEmpty()) {
            throw new AddressException(Reason.NO_SUBNET, "the directory gives this host no subnet in network '" + network
                    + "' (yet); add one to its entry");
        }
        return available;
    }

    private static void requireOurs(String network, List<AddressPool> available, InetAddress address) throws AddressException {
        if (available.stream().noneMatch(pool -> pool.subnet().contains(address))) {
            throw new AddressException(Reason.NOT_OURS, IpAddresses.format(address) + " is in none of this host's subnets "
                    + available.stream().map(AddressPool::subnet).toList() + " of network '" + network + "'");
        }
    }

    private static InetAddress takeFrom(AddressPool pool, String owner, List<InetAddress> wanted) throws AddressException {
        Optional<InetAddress> named = wanted.stream().filter(pool.subnet()::contains).findFirst();
        if (named.isEmpty()) {
            return pool.take(owner);
        }
        pool.take(owner, named.get());
        return named.get();
    }

    /**
     * Takes addresses that another allocator gave. They must lie in this host's subnets all the same, or no peer finds them.
     *
     * @throws AddressException they do not, or another endpoint has one of them
     */
    public synchronized void takeExternal(String network, String owner, Lease lease) throws AddressException {
        List<AddressPool> available = poolsOf(network);
        for (InetAddress address : lease.addresses()) {
            requireOurs(network, available, address);
            String other = claims.get(network).get(address);
            if (other != null) {
                throw new AddressException(Reason.IN_USE, IpAddresses.format(address) + " belongs to " + other);
            }
        }
        adopt(network, owner, lease);
    }

    /** Says that a live endpoint holds {@code lease}, found at start. */
    public synchronized void adopt(String network, String owner, Lease lease) {
        Map<InetAddress, String> claimed = claims.get(network);
        if (claimed == null) {
            return; // the network went from the configuration; the endpoint lives on without a pool
        }
        for (InetAddress address : lease.addresses()) {
            claimed.put(address, owner);
            pools.get(network).forEach(pool -> pool.adopt(owner, address));
        }
    }

    /** Frees what was in use; it cools down. Idempotent. */
    public synchronized void release(String network, String owner, Lease lease) {
        forget(network, owner, lease).forEach(address -> pools.get(network).forEach(pool -> pool.release(address)));
    }

    /** Gives back what nobody used: it is free at once. Idempotent. */
    public synchronized void giveBack(String network, String owner, Lease lease) {
        forget(network, owner, lease).forEach(address -> pools.get(network).forEach(pool -> pool.giveBack(address)));
    }

    /** Who holds which address, by network. */
    public synchronized Map<String, Map<InetAddress, String>> claims() {
        Map<String, Map<InetAddress, String>> copy = new LinkedHashMap<>();
        claims.forEach((network, claimed) -> copy.put(network, new LinkedHashMap<>(claimed)));
        return copy;
    }

    /** How full the pools of each network are. */
    public synchronized Map<String, List<AddressPool.Usage>> usage() {
        Map<String, List<AddressPool.Usage>> usage = new LinkedHashMap<>();
        pools.forEach((name, list) -> usage.put(name, list.stream().map(AddressPool::usage).toList()));
        return usage;
    }

    /** Ends the claims of {@code owner}, and of nobody else; returns the addresses that were claimed. */
    private List<InetAddress> forget(String network, String owner, Lease lease) {
        Map<InetAddress, String> claimed = claims.getOrDefault(network, Map.of());
        List<InetAddress> ended = lease.addresses().stream().filter(address -> owner.equals(claimed.get(address))).toList();
        ended.forEach(claimed::remove);
        return ended;
    }
}
