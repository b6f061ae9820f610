package dev.weft.cni;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.network.IpAddresses;

/** What plugins before us in a chain have made, or what ADD returned. */
final class PrevResult {

    private PrevResult() {
    }

    /**
     * @throws CniException 999 as the reference library has it, when it cannot be understood
     */
    static void check(NetConf conf) throws CniException {
        JsonNode previous = conf.member("prevResult");
        if (previous.isMissingNode()) {
            return;
        }
        String version = Json.member(previous, "cniVersion").asText("");
        if (!version.isEmpty() && !version.equals(conf.cniVersion())) {
            throw unparsable("the configuration has version " + conf.cniVersion() + " but unmarshalled CNIVersion is \"" + version + "\"");
        }
        for (JsonNode ip : Json.member(previous, "ips")) {
            requireCidr(Json.member(ip, "address").asText(""));
        }
    }

    private static void requireCidr(String text) throws CniException {
        int slash = text.indexOf('/');
        try {
            int length = slash < 0 ? -1 : Integer.parseInt(text.substring(slash + 1));
            int bits = slash < 0 ? 0 : IpAddresses.parse(text.substring(0, slash)).getAddress().length * Byte.SIZE;
            if (length >= 0 && length <= bits) {
                return;
            }
        } catch (IllegalArgumentException e) {
            throw unparsable("invalid CIDR address: " + text);
        }
        throw unparsable("invalid CIDR address: " + text);
    }

    private static CniException unparsable(String why) {
        return new CniException(CniException.INTERNAL, "could not parse prevResult: " + why);
    }
}
