package dev.weft.host;

import dev.weft.linux.NetlinkBatch;
import dev.weft.linux.NetlinkView;
import dev.weft.linux.NetlinkView.LinkInfo;
import dev.weft.linux.RouteSocket;
import dev.weft.network.IpPrefix;
import dev.weft.network.Network;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The host's side of the overlay: the TUN device's settings and addresses, the routes into it, forwarding and the firewall. Everything is
 * brought to the wanted state from whatever is there, so a restarted agent changes nothing and breaks no connection. Control thread only.
 *
 * <pre>
 *   cluster range   dev weft0   MTU 65000, source the host's own address
 *   own subnet      unreachable           (each endpoint has a better route)
 *   own subnet's first address  on weft0  (the host itself, for its peers)
 * </pre>
 */
public final class HostNetwork {
    private static final Path FORWARD4 = Path.of("/proc/sys/net/ipv4/ip_forward");
    private static final Path FORWARD6 = Path.of("/proc/sys/net/ipv6/conf/all/forwarding");

    private final RouteSocket socket;
    private final String tun;
    private final int mtu;
    private final int queueLength;
    private final List<Network> networks;
    private final Firewall firewall;

    /**
     * @param tun         name of the TUN device, which a {@link dev.weft.tun.TunQueue} has made
     * @param queueLength packets the device keeps for an agent that does not read
     */
    public HostNetwork(RouteSocket socket, String tun, int mtu, int queueLength, List<Network> networks) {
        this.socket = socket;
        this.tun = tun;
        this.mtu = mtu;
        this.queueLength = queueLength;
        this.networks = List.copyOf(networks);
        firewall = new Firewall(tun);
    }

    /** Device, forwarding and firewall: what does not depend on the directory. */
    public void prepare() throws IOException {
        LinkInfo link = device();
        firewall.apply(networks);
        enable(FORWARD4);
        enable(FORWARD6);
        new NetlinkBatch().mtuAndQueue(link.index(), tun, mtu, queueLength).up(link.index(), tun).apply(socket);
    }

    /** Where agents listen has changed: endpoints are kept from there. */
    public void agents(List<InetSocketAddress> agents) throws IOException {
        firewall.agents(agents);
        firewall.apply(networks);
    }

    /** What the firewall has dropped, by network and {@link FirewallCounter}. Any thread; runs nft. */
    public Map<String, Map<String, Long>> firewallDrops() throws IOException {
        Map<String, Map<String, Long>> drops = new LinkedHashMap<>();
        for (Network network : networks) {
            drops.put(network.name(), firewall.drops(network));
        }
        return drops;
    }

    /**
     * Addresses and routes for the subnets this host owns now; those of subnets it no longer owns are removed.
     *
     * @param subnets network name to subnets
     * @return the host's own addresses by network name
     */
    public Map<String, List<InetAddress>> own(Map<String, List<IpPrefix>> subnets) throws IOException {
        LinkInfo link = device();
        NetlinkBatch batch = new NetlinkBatch();
        List<InetAddress> wantedAddresses = new ArrayList<>();
        List<IpPrefix> wantedRoutes = new ArrayList<>();
        Map<String, List<InetAddress>> own = new LinkedHashMap<>();
        for (Network network : networks) {
            List<IpPrefix> mine = subnets.getOrDefault(network.name(), List.of());
            for (IpPrefix subnet : mine) {
                InetAddress address = subnet.nth(1);
                own.computeIfAbsent(network.name(), name -> new ArrayList<>()).add(address);
                wantedAddresses.add(address);
                wantedRoutes.add(subnet);
                batch.address(link.index(), tun, IpPrefix.host(address), address).unreachable(subnet);
            }
            for (IpPrefix range : network.ranges()) {
                InetAddress source = mine.stream().filter(subnet -> subnet.isIpv4() == range.isIpv4()).map(subnet -> subnet.nth(1))
                        .findFirst().orElse(null);
                wantedRoutes.add(range);
                batch.linkRoute(link.index(), range, mtu, source);
            }
        }
        removeStale(link, wantedAddresses, wantedRoutes);
        batch.apply(socket);
        return own;
    }

    private void removeStale(LinkInfo link, List<InetAddress> wantedAddresses, List<IpPrefix> wantedRoutes) throws IOException {
        NetlinkBatch batch = new NetlinkBatch();
        for (NetlinkView.RouteInfo route : NetlinkView.ownRoutes(socket)) {
            boolean ours = route.unreachable() || route.index() == link.index();
            if (ours && !wantedRoutes.contains(route.destination())) {
                batch.removeRoute(route.destination(), route.unreachable() ? 0 : route.index());
            }
        }
        for (NetlinkView.AddressInfo address : NetlinkView.addresses(socket)) {
            if (address.index() == link.index() && !wantedAddresses.contains(address.address())) {
                batch.removeAddress(link.index(), tun, address.address(), address.prefixLength());
            }
        }
        batch.apply(socket);
    }

    private LinkInfo device() throws IOException {
        return NetlinkView.link(socket, tun).orElseThrow(() -> new IOException("TUN device " + tun + " is gone"));
    }

    private static void enable(Path setting) throws IOException {
        if (!Files.exists(setting) || Files.readString(setting).strip().equals("1")) {
            return;
        }
        try {
            Files.writeString(setting, "1");
        } catch (IOException e) {
            throw new IOException("cannot switch on forwarding in " + setting + ": " + e.getMessage()
                    + "; set it on the host (sysctl -w net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1)", e);
        }
    }
}
