package dev.weft.host;

import dev.weft.endpoint.Endpoint;
import dev.weft.linux.NetlinkLookup;
import dev.weft.linux.NetlinkView;
import dev.weft.linux.NetlinkView.AddressInfo;
import dev.weft.linux.NetlinkView.LinkInfo;
import dev.weft.linux.NetlinkView.RouteInfo;
import dev.weft.linux.RouteSocket;
import dev.weft.network.IpAddresses;
import dev.weft.network.IpPrefix;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Compares an endpoint's part of the kernel with what {@link EndpointWiring} makes. Collects one sentence for each difference. */
final class EndpointInspection {
    private final Endpoint endpoint;
    private final List<InetAddress> addresses;
    private final List<String> differences = new ArrayList<>();

    EndpointInspection(Endpoint endpoint, List<InetAddress> addresses) {
        this.endpoint = endpoint;
        this.addresses = addresses;
    }

    List<String> differences() {
        return differences;
    }

    /** Interface, a route and a neighbour for each address. The cost does not grow with the number of endpoints. @return the host's end */
    Optional<LinkInfo> inspectHost(RouteSocket host) throws IOException {
        Optional<LinkInfo> link = interfaceUp(host, endpoint.hostInterface(), "on the host");
        if (link.isEmpty()) {
            return link;
        }
        int index = link.get().index();
        for (InetAddress address : addresses) {
            IpPrefix wanted = IpPrefix.host(address);
            if (!NetlinkLookup.routeTo(host, address).equals(Optional.of(new NetlinkLookup.Decision(wanted, index)))) {
                differences.add("route " + wanted + " dev " + endpoint.hostInterface() + " is missing on the host");
            }
            neighbour(host, index, address, endpoint.mac(), "on the host");
        }
        return link;
    }

    /**
     * @param routes   destinations that must be routed over the interface
     * @param gateways that must be known at {@code hostMac}
     */
    void inspectContainer(RouteSocket inside, List<IpPrefix> routes, List<InetAddress> gateways, String hostMac) throws IOException {
        String ifName = endpoint.key().ifName();
        Optional<LinkInfo> link = interfaceUp(inside, ifName, "in the container");
        if (link.isEmpty()) {
            return;
        }
        int index = link.get().index();
        List<AddressInfo> present = NetlinkView.addresses(inside);
        for (InetAddress address : addresses) {
            if (present.stream().noneMatch(info -> info.index() == index && info.address().equals(address))) {
                differences.add("address " + IpAddresses.format(address) + " is missing from " + ifName + " in the container");
            }
        }
        List<RouteInfo> routed = NetlinkView.ownRoutes(inside);
        for (IpPrefix route : routes) {
            if (routed.stream().noneMatch(info -> info.index() == index && info.destination().equals(route))) {
                differences.add("route " + route + " dev " + ifName + " is missing in the container");
            }
        }
        for (InetAddress gateway : gateways) {
            neighbour(inside, index, gateway, hostMac, "in the container");
        }
    }

    private Optional<LinkInfo> interfaceUp(RouteSocket socket, String name, String where) throws IOException {
        Optional<LinkInfo> link = NetlinkView.link(socket, name);
        if (link.isEmpty()) {
            differences.add("interface " + name + " is missing " + where);
        } else if (!link.get().up()) {
            differences.add("interface " + name + " is down " + where);
        }
        return link;
    }

    private void neighbour(RouteSocket socket, int index, InetAddress address, String mac, String where) throws IOException {
        if (!NetlinkLookup.permanentNeighbour(socket, index, address).equals(Optional.of(mac))) {
            differences.add("permanent neighbour " + IpAddresses.format(address) + " at " + mac + " is missing " + where);
        }
    }
}
