package dev.weft.cni;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Checks a call in the order, with the codes and in the words of the reference library's {@code pkg/skel}:
 *
 * <pre>
 *   environment, variable by variable (4) -> what is missing (4) -> JSON (6) -> name (7) -> verb known (4) -> version (6, 1)
 * </pre>
 */
final class CniValidator {
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.\\-]*");
    private static final Pattern SEPARATOR = Pattern.compile("[/:\\p{IsWhite_Space}]");
    private static final int MAX_IFNAME_BYTES = 15; // IFNAMSIZ of linux/if.h without the NUL
    private static final int MAX_ID_LENGTH = 1024;
    private static final Set<String> OF_A_CONTAINER = Set.of("ADD", "CHECK", "DEL");
    private static final Set<String> IN_A_NAMESPACE = Set.of("ADD", "CHECK");
    private static final Set<String> WITH_PATH = Set.of("ADD", "CHECK", "DEL", "GC", "STATUS");

    private CniValidator() {
    }

    static NetConf validate(CniCall call) throws CniException {
        checkEnvironment(call);
        NetConf conf = new NetConf(decode(call.stdin()));
        checkName(conf.name());
        switch (call.command()) {
            case "ADD", "DEL" -> { }
            case "CHECK" -> CniVersion.requireAtLeast(conf.cniVersion(), "0.4.0", "CHECK");
            case "GC", "STATUS" -> CniVersion.requireAtLeast(conf.cniVersion(), "1.1.0", call.command());
            default -> throw new CniException(CniException.ENVIRONMENT, "unknown CNI_COMMAND: " + call.command());
        }
        if (!CniVersion.isKnown(conf.cniVersion())) {
            throw CniVersion.incompatible(conf.cniVersion());
        }
        return conf;
    }

    private static void checkEnvironment(CniCall call) throws CniException {
        List<String> missing = new ArrayList<>();
        if (call.command().isEmpty()) {
            missing.add("CNI_COMMAND");
        }
        if (OF_A_CONTAINER.contains(call.command()) && isThere(call.containerId(), "CNI_CONTAINERID", missing)) {
            checkContainerId(call.containerId());
        }
        if (IN_A_NAMESPACE.contains(call.command())) {
            isThere(call.netns(), "CNI_NETNS", missing);
        }
        if (OF_A_CONTAINER.contains(call.command()) && isThere(call.ifName(), "CNI_IFNAME", missing)) {
            checkInterfaceName(call.ifName());
        }
        if (WITH_PATH.contains(call.command())) {
            isThere(call.path(), "CNI_PATH", missing);
        }
        if (!missing.isEmpty()) {
            throw new CniException(CniException.ENVIRONMENT, "required env variables [" + String.join(",", missing) + "] missing");
        }
    }

    private static boolean isThere(String value, String name, List<String> missing) {
        if (value.isEmpty()) {
            missing.add(name);
        }
        return !value.isEmpty();
    }

    private static void checkContainerId(String id) throws CniException {
        if (!NAME.matcher(id).matches()) {
            throw new CniException(CniException.ENVIRONMENT, "invalid characters in containerID", id);
        }
        if (id.length() > MAX_ID_LENGTH) { // the specification sets no bound, the memory of this host does
            throw new CniException(CniException.ENVIRONMENT, "containerID is longer than " + MAX_ID_LENGTH + " characters");
        }
    }

    private static void checkInterfaceName(String name) throws CniException {
        if (name.getBytes(StandardCharsets.UTF_8).length > MAX_IFNAME_BYTES) {
            throw new CniException(CniException.ENVIRONMENT, "interface name is too long",
                    "interface name should be less than " + (MAX_IFNAME_BYTES + 1) + " characters");
        }
        if (name.equals(".") || name.equals("..")) {
            throw new CniException(CniException.ENVIRONMENT, "interface name is . or ..");
        }
        if (SEPARATOR.matcher(name).find()) {
            throw new CniException(CniException.ENVIRONMENT, "interface name contains / or : or whitespace characters");
        }
    }

    private static JsonNode decode(byte[] stdin) throws CniException {
        JsonNode document = Json.parse(stdin, "error unmarshall network config");
        if (!document.isObject() && !document.isNull()) {
            throw new CniException(CniException.DECODE, "error unmarshall network config: json: cannot unmarshal "
                    + document.getNodeType().name().toLowerCase(Locale.ROOT) + " into a network configuration");
        }
        JsonNode name = Json.member(document, "name");
        if (!name.isMissingNode() && !name.isTextual()) {
            throw new CniException(CniException.DECODE, "error unmarshall network config: json: 'name' is not a string");
        }
        return document;
    }

    private static void checkName(String name) throws CniException {
        if (name.isEmpty()) {
            throw new CniException(CniException.INVALID_CONFIG, "missing network name");
        }
        if (!NAME.matcher(name).matches()) {
            throw new CniException(CniException.INVALID_CONFIG, "invalid characters found in network name", name);
        }
    }
}
