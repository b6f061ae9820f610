package dev.weft.cni;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.endpoint.EndpointManager;
import dev.weft.ipam.AddressException;
import dev.weft.network.IpPrefix;
import java.util.List;

/**
 * What a configuration may say of addresses when Weft gives them. The subnets come from the directory; a configuration that names one
 * is held to it, so that a file written for another host, or by mistake, is refused instead of ignored.
 */
final class OwnIpam {
    private static final List<String> GATEWAYS = List.of("169.254.1.1", "fe80::1");

    private OwnIpam() {
    }

    /**
     * Checks {@code ipam.subnet} and {@code ipam.gateway}, both optional.
     *
     * @throws CniException     7 when one of them means nothing
     * @throws AddressException the subnet is none of this host's
     */
    static void check(NetConf conf, EndpointManager endpoints) throws CniException, AddressException {
        JsonNode ipam = conf.member("ipam");
        String subnet = text(ipam, "subnet");
        if (!subnet.isEmpty()) {
            try {
                endpoints.requireSubnet(conf.network(), IpPrefix.parse(subnet));
            } catch (IllegalArgumentException e) {
                throw new CniException(CniException.INVALID_CONFIG, "'ipam.subnet' is '" + subnet + "': " + e.getMessage());
            }
        }
        String gateway = text(ipam, "gateway");
        if (!gateway.isEmpty() && !GATEWAYS.contains(gateway)) {
            throw new CniException(CniException.INVALID_CONFIG, "'ipam.gateway' is '" + gateway + "'; a Weft endpoint's gateways are "
                    + String.join(" and ", GATEWAYS) + ", leave the member out");
        }
    }

    private static String text(JsonNode ipam, String name) throws CniException {
        JsonNode value = Json.member(ipam, name);
        if (!value.isMissingNode() && !value.isTextual()) {
            throw new CniException(CniException.INVALID_CONFIG, "'ipam." + name + "' is " + value + ", not a string");
        }
        return value.asText("");
    }
}
