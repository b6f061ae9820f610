package dev.weft.cni;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.cni.CniResult.Interface;
import dev.weft.cni.CniResult.Ip;
import dev.weft.cni.CniResult.Route;
import dev.weft.endpoint.AttachRequest;
import dev.weft.endpoint.Endpoint;
import dev.weft.endpoint.EndpointException;
import dev.weft.endpoint.EndpointKey;
import dev.weft.endpoint.EndpointManager;
import dev.weft.endpoint.StoredEndpoint;
import dev.weft.ipam.AddressException;
import dev.weft.network.IpAddresses;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The verbs proper. Calls are valid when they come here. Thread-safe; blocks. */
final class CniVerbs {
    /** Note of an endpoint: CNI's name of its network. */
    static final String NOTE_NAME = "cni-name";
    private static final String GATEWAY_IPV4 = "169.254.1.1";
    private static final String GATEWAY_IPV6 = "fe80::1";

    private final EndpointManager endpoints;

    CniVerbs(EndpointManager endpoints) {
        this.endpoints = endpoints;
    }

    ObjectNode add(CniCall call, NetConf conf) throws CniException, AddressException, EndpointException {
        EndpointKey key = new EndpointKey(conf.network(), call.containerId(), call.ifName());
        PrevResult.check(conf);
        if (call.ifName().equals("lo")) {
            throw new CniException(CniException.ENVIRONMENT, "CNI_IFNAME is lo, which every namespace has already");
        }
        AttachOptions options = AttachOptions.of(call, conf);
        Endpoint endpoint = endpoints.attach(new AttachRequest(key, call.netns(), NetnsPath.of(call), options.addresses(), options.mac(),
                Map.of(NOTE_NAME, conf.name())));
        return resultOf(endpoint, conf).toJson(conf.cniVersion());
    }

    /** Success when there is nothing to detach; runtimes send DEL several times, and for ADDs that failed. */
    ObjectNode del(CniCall call, NetConf conf) throws CniException, EndpointException {
        Optional<Endpoint> detached = endpoints.detach(new EndpointKey(conf.network(), call.containerId(), call.ifName()));
        if (detached.isEmpty()) { // the configuration may name another network by now
            for (StoredEndpoint other : endpoints.list()) {
                EndpointKey key = other.endpoint().key();
                if (key.containerId().equals(call.containerId()) && key.ifName().equals(call.ifName())
                        && conf.name().equals(other.notes().get(NOTE_NAME))) {
                    endpoints.detach(key);
                }
            }
        }
        return null;
    }

    private static CniResult resultOf(Endpoint endpoint, NetConf conf) {
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
        Interface inside = new Interface(endpoint.key().ifName(), endpoint.mac(), 0, endpoint.netns());
        JsonNode dns = conf.member("dns");
        return new CniResult(List.of(inside), ips, routes, dns.isObject() ? dns : null);
    }
}
