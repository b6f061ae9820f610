package dev.weft.cni;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.endpoint.EndpointSettings;
import dev.weft.network.IpAddresses;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What the caller asks of the new attachment. It may ask in three places; the later in this list wins: {@code CNI_ARGS} ({@code IP},
 * {@code MAC}; Podman's channel), {@code args.cni.ips} of the configuration, and the capabilities {@code ips} and {@code mac} in
 * {@code runtimeConfig}.
 *
 * @param addresses at most one a family
 * @param mac       lower case, or null
 * @param settings  member {@code mtu}, and the bandwidth that capability {@code bandwidth} or a member {@code bandwidth} sets
 */
record AttachOptions(List<InetAddress> addresses, String mac, EndpointSettings settings) {
    private static final Pattern MAC = Pattern.compile("[0-9a-f]{2}(:[0-9a-f]{2}){5}");
    private static final int MULTICAST_BIT = 1;

    static AttachOptions of(CniCall call, NetConf conf) throws CniException {
        Map<String, String> args = argsOf(call.args());
        JsonNode runtimeConfig = conf.member("runtimeConfig");
        List<String> ips = new ArrayList<>();
        JsonNode fromRuntime = Json.member(runtimeConfig, "ips");
        JsonNode fromArgs = Json.member(Json.member(conf.member("args"), "cni"), "ips");
        if (fromRuntime.isArray() && !fromRuntime.isEmpty()) {
            fromRuntime.forEach(ip -> ips.add(ip.asText()));
        } else if (fromArgs.isArray() && !fromArgs.isEmpty()) {
            fromArgs.forEach(ip -> ips.add(ip.asText()));
        } else if (args.containsKey("IP")) {
            ips.addAll(List.of(args.get("IP").split(",")));
        }
        String mac = Json.member(runtimeConfig, "mac").asText("");
        return new AttachOptions(addresses(ips), mac(mac.isEmpty() ? args.getOrDefault("MAC", "") : mac), Shaping.settings(conf));
    }

    /** {@code K=V;K=V}; empty pieces and pieces without a value are tolerated, as runtimes send them. Unknown keys are ignored. */
    static Map<String, String> argsOf(String text) {
        Map<String, String> args = new LinkedHashMap<>();
        for (String piece : text.split(";")) {
            int equals = piece.indexOf('=');
            if (equals > 0 && equals < piece.length() - 1) {
                args.put(piece.substring(0, equals), piece.substring(equals + 1));
            }
        }
        return args;
    }

    private static List<InetAddress> addresses(List<String> texts) throws CniException {
        List<InetAddress> addresses = new ArrayList<>();
        for (String text : texts) {
            int slash = text.indexOf('/');
            InetAddress address;
            try {
                address = IpAddresses.parse(slash < 0 ? text : text.substring(0, slash));
            } catch (IllegalArgumentException e) {
                throw new CniException(CniException.INVALID_CONFIG, "the address asked for is not one: " + e.getMessage());
            }
            if (addresses.stream().anyMatch(other -> other.getClass() == address.getClass())) {
                throw new CniException(CniException.INVALID_CONFIG, "more than one address of a family asked for: " + texts);
            }
            addresses.add(address);
        }
        return addresses;
    }

    private static String mac(String text) throws CniException {
        String mac = text.toLowerCase(Locale.ROOT);
        if (mac.isEmpty()) {
            return null;
        }
        if (!MAC.matcher(mac).matches() || (Integer.parseInt(mac.substring(0, 2), 16) & MULTICAST_BIT) != 0) {
            throw new CniException(CniException.INVALID_CONFIG, "'" + text + "' is not the hardware address of one interface; write for "
                    + "example 02:00:0a:2a:01:05");
        }
        return mac;
    }
}
