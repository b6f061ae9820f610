package dev.weft.cni;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.cni.CniResult.Interface;
import dev.weft.cni.CniResult.Ip;
import dev.weft.cni.CniResult.Route;
import dev.weft.endpoint.Endpoint;
import dev.weft.network.IpAddresses;
import java.util.ArrayList;
import java.util.List;

/** What an attached endpoint looks like to a runtime. */
final class EndpointResult {
    private static final String GATEWAY_IPV4 = "169.254.1.1";
    private static final String GATEWAY_IPV6 = "fe80::1";
    private EndpointResult() {
    }

    /**
     * The container's interface stands first: runtimes without an index mean it. The host's end follows; chained plugins look for it.
     *
     * @param overlayMtu of endpoints without one of their own
     * @param dns        what the configuration or the address allocator says; used when it is an object
     */
    static CniResult of(Endpoint endpoint, int overlayMtu, JsonNode dns) {
        List<Ip> ips = new ArrayList<>();
        List<Route> routes = new ArrayList<>();
        if (endpoint.ipv4() != null) {
            ips.add(new Ip(IpAddresses.format(endpoint.ipv4()) + "/32", GATEWAY_IPV4, 0));
            routes.add(new Route("0.0.0.0/0", GATEWAY_IPV4, 0));
        }
        if (endpoint.ipv6() != null) {
            ips.add(new Ip(IpAddresses.format(endpoint.ipv6()) + "/128", GATEWAY_IPV6, 0));
            routes.add(new Route("::/0", GATEWAY_IPV6, 0));
        }
        int mtu = endpoint.settings().mtu() == 0 ? overlayMtu : endpoint.settings().mtu();
        Interface inside = new Interface(endpoint.key().ifName(), endpoint.mac(), mtu, endpoint.netns());
        Interface outside = new Interface(endpoint.hostInterface(), endpoint.hostMac(), mtu, "");
        return new CniResult(List.of(inside, outside), ips, routes, dns.isObject() ? dns : null);
    }
}
