package dev.weft.cni;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/**
 * The result of ADD, in the newest form; {@link #toJson} gives it the caller's.
 *
 * @param dns an object, or null for none
 */
record CniResult(List<Interface> interfaces, List<Ip> ips, List<Route> routes, JsonNode dns) {

    /**
     * @param sandbox path of its namespace, or empty for one on the host
     * @param mtu     0 for not said
     */
    record Interface(String name, String mac, int mtu, String sandbox) {
    }

    /**
     * @param address        with prefix length
     * @param gateway        or null
     * @param interfaceIndex into {@code interfaces}
     */
    record Ip(String address, String gateway, int interfaceIndex) {

        boolean isIpv4() {
            return address.indexOf(':') < 0;
        }
    }

    /**
     * @param gateway or null
     * @param mtu     0 for not said
     */
    record Route(String destination, String gateway, int mtu) {

        boolean isIpv4() {
            return destination.indexOf(':') < 0;
        }
    }

    CniResult {
        interfaces = List.copyOf(interfaces);
        ips = List.copyOf(ips);
        routes = List.copyOf(routes);
    }

    ObjectNode toJson(String version) {
        ObjectNode json = Json.mapper().createObjectNode().put("cniVersion", version);
        if (CniVersion.isAtLeast(version, "0.3.0")) {
            boolean extended = CniVersion.isAtLeast(version, "1.1.0");
            interfaces.forEach(each -> write(each, json.withArray("interfaces").addObject(), extended));
            boolean family = !CniVersion.isAtLeast(version, "1.0.0");
            ips.forEach(each -> write(each, json.withArray("ips").addObject(), family));
            routes.forEach(each -> write(each, json.withArray("routes").addObject(), extended));
        } else {
            writeOld(json, "ip4", true);
            writeOld(json, "ip6", false);
        }
        json.set("dns", dns == null ? Json.mapper().createObjectNode() : dns);
        return json;
    }

    private static void write(Interface each, ObjectNode into, boolean extended) {
        into.put("name", each.name()).put("mac", each.mac());
        if (extended && each.mtu() != 0) {
            into.put("mtu", each.mtu());
        }
        if (!each.sandbox().isEmpty()) {
            into.put("sandbox", each.sandbox());
        }
    }

    private static void write(Ip each, ObjectNode into, boolean family) {
        if (family) {
            into.put("version", each.isIpv4() ? "4" : "6");
        }
        into.put("address", each.address());
        if (each.gateway() != null) {
            into.put("gateway", each.gateway());
        }
        into.put("interface", each.interfaceIndex());
    }

    private static void write(Route each, ObjectNode into, boolean extended) {
        into.put("dst", each.destination());
        if (each.gateway() != null) {
            into.put("gw", each.gateway());
        }
        if (extended && each.mtu() != 0) {
            into.put("mtu", each.mtu());
        }
    }

    /** Before 0.3.0 a result had one address a family, and its routes inside. */
    private void writeOld(ObjectNode json, String name, boolean ipv4) {
        List<Ip> ofFamily = new ArrayList<>(ips);
        ofFamily.removeIf(ip -> ip.isIpv4() != ipv4);
        if (ofFamily.isEmpty()) {
            return;
        }
        ObjectNode into = json.putObject(name).put("ip", ofFamily.getFirst().address());
        if (ofFamily.getFirst().gateway() != null) {
            into.put("gateway", ofFamily.getFirst().gateway());
        }
        ArrayNode within = into.putArray("routes");
        routes.stream().filter(route -> route.isIpv4() == ipv4).forEach(route -> write(route, within.addObject(), false));
    }
}
