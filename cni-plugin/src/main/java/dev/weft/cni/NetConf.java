package dev.weft.cni;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * The network configuration on standard input, one plugin's worth. Unknown members are other people's and are left alone.
 *
 * @param json an object, or null when it said {@code null}
 */
record NetConf(JsonNode json) {
    static final String DEFAULT_NETWORK = "default";
    static final String DEFAULT_SOCKET = "/run/weft/agent.sock"; // the shim's default too
    private static final String NO_VERSION = "0.1.0"; // what a configuration without a version means to the reference library

    /** CNI's name of the network. */
    String name() {
        return Json.member(json, "name").asText("");
    }

    String cniVersion() throws CniException {
        JsonNode version = Json.member(json, "cniVersion");
        if (!version.isMissingNode() && !version.isTextual()) {
            throw new CniException(CniException.DECODE, "decoding version from network config: 'cniVersion' is not a string");
        }
        return version.asText("").isEmpty() ? NO_VERSION : version.asText();
    }

    /** Weft's name of the network: member {@code network}. */
    String network() throws CniException {
        return text("network", DEFAULT_NETWORK);
    }

    /** The socket of the agent this is meant for. */
    String agentSocket() throws CniException {
        return text("agentSocket", DEFAULT_SOCKET);
    }

    /** A member that is a text when it is there. */
    String text(String name, String otherwise) throws CniException {
        JsonNode value = Json.member(json, name);
        if (value.isMissingNode()) {
            return otherwise;
        }
        if (!value.isTextual()) {
            throw new CniException(CniException.INVALID_CONFIG, "'" + name + "' is " + value + ", not a string");
        }
        return value.asText();
    }

    JsonNode member(String name) {
        return Json.member(json, name);
    }
}
