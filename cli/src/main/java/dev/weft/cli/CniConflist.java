package dev.weft.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;

/** Writes the list of plugins that makes one CNI network (specification 1.1.0, section 1). */
final class CniConflist {
    static final String DEFAULT_NETWORK = "default";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> VERSIONS = List.of("0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0");
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.\\-]*");

    private CniConflist() {
    }

    /**
     * @param portmap whether ports are published by the portmap plugin, behind ours
     * @throws IllegalArgumentException a name or version that CNI would refuse
     */
    static byte[] of(String name, String version, String network, String socket, String spool, boolean portmap)
            throws JsonProcessingException {
        if (!VERSIONS.contains(version)) {
            throw new IllegalArgumentException("cniVersion '" + version + "' is none of " + VERSIONS);
        }
        for (String each : List.of(name, network)) {
            if (!NAME.matcher(each).matches()) {
                throw new IllegalArgumentException("'" + each + "' is no name of a network: letters, digits and _ . - only");
            }
        }
        ObjectNode list = JSON.createObjectNode().put("cniVersion", version).put("name", name);
        ObjectNode weft = list.putArray("plugins").addObject().put("type", "weft").put("network", network).put("agentSocket", socket)
                .put("spoolDir", spool);
        weft.putObject("capabilities").put("ips", true).put("mac", true).put("bandwidth", true).put("aliases", true);
        if (portmap) {
            list.withArray("plugins").addObject().put("type", "portmap").putObject("capabilities").put("portMappings", true);
        }
        return (JSON.writerWithDefaultPrettyPrinter().writeValueAsString(list) + "\n").getBytes(StandardCharsets.UTF_8);
    }
}
