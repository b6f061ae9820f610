package dev.weft.host;

import dev.weft.agent.Rollback;
import dev.weft.endpoint.Endpoint;
import dev.weft.endpoint.EndpointPlumbing;
import dev.weft.endpoint.StoredEndpoint;
import dev.weft.linux.Descriptors;
import dev.weft.linux.Errno;
import dev.weft.linux.LinuxException;
import dev.weft.linux.NetlinkBatch;
import dev.weft.linux.NetlinkLookup;
import dev.weft.linux.NetlinkView;
import dev.weft.linux.NetlinkView.LinkInfo;
import dev.weft.linux.NetworkNamespace;
import dev.weft.linux.RouteSocket;
import dev.weft.network.IpAddresses;
import dev.weft.network.IpPrefix;
import dev.weft.network.Network;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Makes and removes an endpoint's part of the kernel.
 *
 * <pre>
 *  container namespace                                 host namespace
 *  eth0  10.42.1.5/32  fd42:0:0:1::5/128  <== veth ==>  wf1x3
 *   169.254.1.1, fe80::1 at the host end's MAC           10.42.1.5 and fd42:0:0:1::5 at the container's MAC
 *   cluster ranges via them, MTU 65000                   10.42.1.5/32 and fd42:0:0:1::5/128 dev wf1x3
 *   everything else via them, the uplink's MTU
 * </pre>
 *
 * All neighbours are permanent: nobody asks for a MAC, nobody waits for duplicate detection. Thread-safe; different endpoints may be
 * worked on at the same time. Blocks for some milliseconds.
 */
public final class EndpointWiring implements EndpointPlumbing {
    static final InetAddress GATEWAY4 = IpAddresses.parse("169.254.1.1");
    static final InetAddress GATEWAY6 = IpAddresses.parse("fe80::1");
    /** The kernel gives it to the first interface of every namespace, which is lo. */
    private static final int LOOPBACK_INDEX = 1;
    /** Some tenths of a second: whatever keeps the kernel from it, nobody waits long. */
    private static final int LOOKS = 500;
    private static final long PAUSE_NANOS = 500_000;
    /** What some attachments at a time need: connection, namespace, socket, file and directory each. */
    private static final int DESCRIPTORS = 16;
    private static final IpPrefix ANY4 = IpPrefix.parse("0.0.0.0/0");
    private static final IpPrefix ANY6 = IpPrefix.parse("::/0");

    private final RouteSocket host;
    private final EndpointShaping shaping;
    private final LinkRemovals removals;
    private final Map<Integer, Network> networks;
    private final int overlayMtu;
    private final int uplinkMtu;

    /**
     * @param host       socket in the host's namespace; stays the caller's
     * @param removals   another one there, for removals alone: they take long, and nothing else should wait for them; the caller's, too
     * @param overlayMtu of routes within the cluster
     * @param uplinkMtu  of the default route
     */
    public EndpointWiring(RouteSocket host, RouteSocket removals, List<Network> networks, int overlayMtu, int uplinkMtu) {
        this.host = host;
        shaping = new EndpointShaping(host);
        this.removals = new LinkRemovals(removals);
        this.networks = networks.stream().collect(Collectors.toMap(Network::vni, Function.identity()));
        this.overlayMtu = overlayMtu;
        this.uplinkMtu = uplinkMtu;
    }

    @Override
    public void attach(StoredEndpoint stored, String netnsPath) throws IOException {
        Endpoint endpoint = stored.endpoint();
        try (NetworkNamespace namespace = NetworkNamespace.open(netnsPath); Rollback rollback = new Rollback("wire " + endpoint.key())) {
            addPair(endpoint, namespace);
            rollback.push("remove " + endpoint.hostInterface(), () -> detach(endpoint));
            wire(stored, namespace);
            rollback.commit();
        }
    }

    /**
     * The host's end comes up first, so that the container's has a carrier and sends from the moment it is up. The host's end gets its
     * carrier only then, and sends when the kernel's link watch has taken note of that, a moment later; which is waited for. So is that
     * the container takes in what is sent to its IPv6 address: the kernel leaves that to its thread for duplicate detection, even where
     * there is none.
     *
     * @param namespace of the container, or null when it cannot be reached
     */
    private void wire(StoredEndpoint stored, NetworkNamespace namespace) throws IOException {
        LinkInfo end = wireHost(stored);
        if (namespace != null) {
            namespace.talk(inside -> {
                wireContainer(stored.endpoint(), inside);
                return null;
            });
            await(() -> require(host, end.name()).operational());
        }
    }

    private int mtu(Endpoint endpoint) {
        return endpoint.settings().mtu() == 0 ? overlayMtu : endpoint.settings().mtu();
    }

    private void addPair(Endpoint endpoint, NetworkNamespace namespace) throws IOException {
        String ifName = endpoint.key().ifName();
        int mtu = mtu(endpoint);
        try {
            new NetlinkBatch().addVeth(new NetlinkBatch.VethEnd(endpoint.hostInterface(), endpoint.hostMac(), mtu),
                    new NetlinkBatch.VethEnd(ifName, endpoint.mac(), mtu), namespace.fd()).apply(host);
        } catch (LinuxException e) { // the kernel does not say which of the two names is taken
            if (e.errno() == Errno.EEXIST && namespace.talk(inside -> NetlinkView.link(inside, ifName)).isPresent()) {
                throw new InterfaceExistsException("interface " + ifName + " already exists in " + namespace);
            }
            throw e;
        }
    }

    private void wireContainer(Endpoint endpoint, RouteSocket inside) throws IOException {
        String hostMac = endpoint.hostMac();
        int mtu = mtu(endpoint);
        String ifName = endpoint.key().ifName();
        int index = require(inside, ifName).index();
        NetlinkBatch batch = new NetlinkBatch();
        batch.justUp(LOOPBACK_INDEX, "lo").up(index, ifName);
        endpoint.addresses().forEach(address -> batch.address(index, ifName, IpPrefix.host(address), address));
        List<IpPrefix> ranges = ranges(endpoint);
        if (endpoint.ipv4() != null) {
            batch.neighbour(index, GATEWAY4, hostMac);
            batch.linkRoute(index, IpPrefix.host(GATEWAY4), 0, null);
            ranges.stream().filter(IpPrefix::isIpv4).forEach(range -> batch.gatewayRoute(index, range, GATEWAY4, mtu));
            batch.gatewayRoute(index, ANY4, GATEWAY4, Math.min(mtu, uplinkMtu));
        }
        if (endpoint.ipv6() != null) {
            batch.neighbour(index, GATEWAY6, hostMac);
            ranges.stream().filter(range -> !range.isIpv4()).forEach(range -> batch.gatewayRoute(index, range, GATEWAY6, mtu));
            batch.gatewayRoute(index, ANY6, GATEWAY6, Math.min(mtu, uplinkMtu));
        }
        batch.apply(inside);
        if (endpoint.ipv6() != null) {
            await(() -> NetlinkLookup.isLocal(inside, endpoint.ipv6()));
        }
    }

    private List<IpPrefix> ranges(Endpoint endpoint) {
        return networks.containsKey(endpoint.vni()) ? networks.get(endpoint.vni()).ranges() : List.of();
    }

    private LinkInfo wireHost(StoredEndpoint stored) throws IOException {
        Endpoint endpoint = stored.endpoint();
        LinkInfo end = require(host, endpoint.hostInterface());
        int index = end.index();
        NetlinkBatch batch = new NetlinkBatch().alias(index, endpoint.hostInterface(), EndpointAlias.of(stored))
                .up(index, endpoint.hostInterface());
        for (InetAddress address : endpoint.addresses()) {
            batch.neighbour(index, address, endpoint.mac());
            batch.linkRoute(index, IpPrefix.host(address), 0, null);
        }
        batch.apply(host);
        shaping.apply(endpoint, index);
        return end;
    }

    /** What the kernel does by itself a moment later, on a thread of its own. */
    @FunctionalInterface
    private interface Condition {
        boolean holds() throws IOException;
    }

    private static void await(Condition condition) throws IOException {
        for (int look = 0; look < LOOKS && !condition.holds(); look++) {
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private static LinkInfo require(RouteSocket socket, String name) throws IOException {
        return NetlinkView.link(socket, name).orElseThrow(() -> new LinuxException("interface " + name + " vanished", 19));
    }

    /** The host's end as {@link #attach} made it; an interface of that name that somebody else made is none of ours. */
    private Optional<LinkInfo> ownEnd(Endpoint endpoint) throws IOException {
        return NetlinkView.link(host, endpoint.hostInterface())
                .filter(link -> link.kind().equals("veth") && link.mac().equals(endpoint.hostMac()));
    }

    /** Removes the pair; addresses, routes and neighbours go with it. */
    @Override
    public void detach(Endpoint endpoint) throws IOException {
        Optional<LinkInfo> link = ownEnd(endpoint);
        if (link.isPresent()) {
            removals.remove(link.get());
        }
        shaping.remove(endpoint);
    }

    @Override
    public boolean present(Endpoint endpoint) throws IOException {
        return ownEnd(endpoint).isPresent();
    }

    @Override
    public List<String> differences(Endpoint endpoint, String netnsPath) throws IOException {
        EndpointInspection inspection = new EndpointInspection(endpoint, endpoint.addresses());
        Optional<LinkInfo> end = inspection.inspectHost(host);
        if (end.isPresent()) {
            shaping.inspect(endpoint, end.get().index(), inspection.differences());
        }
        if (netnsPath != null) {
            try (NetworkNamespace namespace = NetworkNamespace.open(netnsPath)) {
                namespace.talk(inside -> {
                    inspection.inspectContainer(inside, containerRoutes(endpoint), gateways(endpoint), endpoint.hostMac());
                    return null;
                });
            }
        }
        return inspection.differences();
    }

    private List<IpPrefix> containerRoutes(Endpoint endpoint) {
        List<IpPrefix> routes = new ArrayList<>();
        if (endpoint.ipv4() != null) {
            routes.addAll(List.of(IpPrefix.host(GATEWAY4), ANY4));
        }
        if (endpoint.ipv6() != null) {
            routes.add(ANY6);
        }
        ranges(endpoint).stream().filter(range -> range.isIpv4() ? endpoint.ipv4() != null : endpoint.ipv6() != null).forEach(routes::add);
        return routes;
    }

    private static List<InetAddress> gateways(Endpoint endpoint) {
        List<InetAddress> gateways = new ArrayList<>();
        if (endpoint.ipv4() != null) {
            gateways.add(GATEWAY4);
        }
        if (endpoint.ipv6() != null) {
            gateways.add(GATEWAY6);
        }
        return gateways;
    }

    @Override
    public void repair(StoredEndpoint stored, String netnsPath) throws IOException {
        Endpoint endpoint = stored.endpoint();
        if (!present(endpoint)) {
            if (netnsPath == null) {
                throw new IOException("interface " + endpoint.hostInterface() + " is gone and its container cannot be reached");
            }
            attach(stored, netnsPath);
            return;
        }
        try (NetworkNamespace namespace = netnsPath == null ? null : NetworkNamespace.open(netnsPath)) {
            wire(stored, namespace);
        }
    }

    @Override
    public void requireReady() throws IOException {
        Descriptors.requireFree(DESCRIPTORS);
    }

    @Override
    public List<Remains> survey() throws IOException {
        return new HostSurvey(host).remains();
    }
}
