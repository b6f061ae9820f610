package dev.weft.cni;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.endpoint.Endpoint;
import dev.weft.network.IpAddresses;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * What plugins before us in a chain have made, or what ADD returned in the end. Kept as it came: members we do not know pass through.
 *
 * @param json an object, or a missing node for none
 */
record PrevResult(JsonNode json) {
    private static final List<String> LISTS = List.of("interfaces", "ips", "routes");

    /**
     * @throws CniException 999, as the reference library has it, when it cannot be understood
     */
    static PrevResult of(NetConf conf) throws CniException {
        JsonNode previous = conf.member("prevResult");
        if (previous.isMissingNode()) {
            return new PrevResult(MissingNode.getInstance());
        }
        if (!previous.isObject()) {
            throw unparsable("it is not an object");
        }
        String version = Json.member(previous, "cniVersion").asText("");
        List<String> supported = CniVersion.sameForm(conf.cniVersion());
        if (!version.isEmpty() && !supported.contains(version)) {
            throw unparsable("result type supports [" + String.join(" ", supported)
                    + "] but unmarshalled CNIVersion is \"" + version + "\"");
        }
        for (String family : List.of("ip4", "ip6")) { // the form before 0.3.0
            cidr(Json.member(previous, family), "ip");
        }
        for (JsonNode ip : list(previous, "ips")) {
            cidr(ip, "address");
            address(ip, "gateway");
        }
        for (JsonNode route : list(previous, "routes")) {
            cidr(route, "dst");
            address(route, "gw");
        }
        for (JsonNode each : list(previous, "interfaces")) {
            text(each, "name");
            text(each, "mac");
            text(each, "sandbox");
        }
        return new PrevResult(previous);
    }

    private static JsonNode list(JsonNode json, String name) throws CniException {
        JsonNode list = Json.member(json, name);
        if (!list.isMissingNode() && !list.isArray() || list.valueStream().anyMatch(each -> !each.isObject())) {
            throw unparsable("'" + name + "' is not an array of objects");
        }
        return list;
    }

    private static String text(JsonNode json, String name) throws CniException {
        JsonNode text = Json.member(json, name);
        if (!text.isMissingNode() && !text.isTextual()) {
            throw unparsable("'" + name + "' is not a string");
        }
        return text.asText("");
    }

    private static void address(JsonNode json, String name) throws CniException {
        String text = text(json, name);
        try {
            if (!text.isEmpty()) {
                IpAddresses.parse(text);
            }
        } catch (IllegalArgumentException e) {
            throw unparsable("invalid IP address: " + text);
        }
    }

    /** The address of {@code <address>/<prefix length>}, or null when there is no such member. */
    private static InetAddress cidr(JsonNode json, String name) throws CniException {
        if (Json.member(json, name).isMissingNode()) {
            return null;
        }
        String text = text(json, name);
        try {
            int slash = text.indexOf('/');
            if (slash > 0) {
                InetAddress address = IpAddresses.parse(text.substring(0, slash));
                int length = Integer.parseInt(text.substring(slash + 1));
                if (length >= 0 && length <= address.getAddress().length * Byte.SIZE) {
                    return address;
                }
            }
        } catch (IllegalArgumentException e) {
            throw unparsable("invalid CIDR address: " + text);
        }
        throw unparsable("invalid CIDR address: " + text);
    }

    private static CniException unparsable(String why) {
        return new CniException(CniException.INTERNAL, "could not parse prevResult: " + why);
    }

    /** This result with ours added behind it, in the caller's version. Indexes of ours count on from its interfaces. */
    ObjectNode with(CniResult ours, String version) {
        ObjectNode result = ours.toJson(version);
        if (json.isMissingNode() || !CniVersion.isAtLeast(version, "0.3.0")) {
            return result;
        }
        int before = Json.member(json, "interfaces").size();
        for (JsonNode ip : result.path("ips")) {
            ((ObjectNode) ip).put("interface", ip.path("interface").asInt() + before);
        }
        for (String list : LISTS) {
            JsonNode theirs = Json.member(json, list);
            if (!theirs.isEmpty()) {
                ArrayNode both = Json.mapper().createArrayNode();
                theirs.forEach(both::add);
                result.path(list).forEach(both::add);
                result.set(list, both);
            }
        }
        JsonNode dns = Json.member(json, "dns");
        if (result.path("dns").isEmpty() && dns.isObject()) {
            result.set("dns", dns);
        }
        return result;
    }

    /** Sentences for what the final result of ADD does not say of {@code endpoint}; none when there is no result. */
    List<String> lacks(Endpoint endpoint) throws CniException {
        List<String> lacking = new ArrayList<>();
        if (json.isMissingNode()) {
            return lacking;
        }
        boolean hasInterface = Json.member(json, "interfaces").valueStream().anyMatch(each ->
                Json.member(each, "name").asText("").equals(endpoint.key().ifName()) && !Json.member(each, "sandbox").asText("").isEmpty());
        if (!hasInterface) {
            lacking.add("prevResult has no interface " + endpoint.key().ifName() + " with a sandbox");
        }
        List<InetAddress> listed = new ArrayList<>();
        for (JsonNode ip : Json.member(json, "ips")) {
            listed.add(cidr(ip, "address"));
        }
        Stream.<InetAddress>of(endpoint.ipv4(), endpoint.ipv6()).filter(Objects::nonNull).filter(address -> !listed.contains(address))
                .forEach(address -> lacking.add("prevResult does not have the address " + IpAddresses.format(address)));
        return lacking;
    }
}
