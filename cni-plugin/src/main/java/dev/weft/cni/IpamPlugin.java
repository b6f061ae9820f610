package dev.weft.cni;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.network.IpAddresses;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Another program that gives addresses, executed as specification 1.1.0 section 4 says: found in {@code CNI_PATH}, with the same
 * environment and the same input as we had, only {@code CNI_COMMAND} being ours to choose. Blocks.
 */
final class IpamPlugin {
    /** The type that means Weft's own pools, as does no type. */
    static final String OWN_TYPE = "weft";

    private final CniCall call;
    private final NetConf conf;
    private final String type;
    private final Path program;

    private IpamPlugin(CniCall call, NetConf conf, String type, Path program) {
        this.call = call;
        this.conf = conf;
        this.type = type;
        this.program = program;
    }

    /**
     * What it gave.
     *
     * @param addresses at most one a family
     * @param dns       an object, or null
     */
    record Answer(List<InetAddress> addresses, JsonNode dns) {
    }

    /** The plugin that {@code ipam.type} names, or null when addresses are Weft's own business. */
    static IpamPlugin of(CniCall call, NetConf conf) throws CniException {
        JsonNode ipam = conf.member("ipam");
        String type = Json.member(ipam, "type").asText("");
        if (type.isEmpty() || type.equals(OWN_TYPE)) {
            return null;
        }
        if (type.indexOf('/') >= 0) {
            throw new CniException(CniException.INVALID_CONFIG, "ipam.type '" + type + "' is a path; write the plugin's name");
        }
        return new IpamPlugin(call, conf, type, find(call.path(), type));
    }

    private static Path find(String path, String type) throws CniException {
        for (String directory : path.split(File.pathSeparator)) {
            Path candidate = Path.of(directory, type);
            if (!directory.isEmpty() && Files.isRegularFile(candidate)) {
                return candidate;
            }
        }
        throw new CniException(CniException.INVALID_CONFIG, "failed to find plugin \"" + type + "\" in path [" + path + "]");
    }

    String type() {
        return type;
    }

    Answer add() throws CniException {
        JsonNode result = Json.parse(run("ADD"), "result of IPAM plugin " + type);
        List<String> texts = new ArrayList<>();
        Json.member(result, "ips").forEach(ip -> texts.add(Json.member(ip, "address").asText("")));
        Stream.of("ip4", "ip6").map(old -> Json.member(Json.member(result, old), "ip").asText("")).filter(ip -> !ip.isEmpty())
                .forEach(texts::add);
        if (texts.isEmpty()) {
            throw new CniException(CniException.INTERNAL, "IPAM plugin " + type + " gave no address");
        }
        JsonNode dns = Json.member(result, "dns");
        return new Answer(addresses(texts), dns.isObject() && !dns.isEmpty() ? dns : null);
    }

    private List<InetAddress> addresses(List<String> texts) throws CniException {
        List<InetAddress> addresses = new ArrayList<>();
        for (String text : texts) {
            InetAddress address;
            try {
                address = IpAddresses.parse(text.contains("/") ? text.substring(0, text.indexOf('/')) : text);
            } catch (IllegalArgumentException e) {
                throw new CniException(CniException.INTERNAL, "IPAM plugin " + type + " gave '" + text + "', which is no address");
            }
            if (addresses.stream().anyMatch(other -> other.getClass() == address.getClass())) {
                throw new CniException(CniException.INVALID_CONFIG, "IPAM plugin " + type + " gave several addresses of a family, "
                        + texts + "; an endpoint has at most one IPv4 and one IPv6 address");
            }
            addresses.add(address);
        }
        return addresses;
    }

    void del() throws CniException {
        run("DEL");
    }

    void check() throws CniException {
        run("CHECK");
    }

    void status() throws CniException {
        run("STATUS");
    }

    /** Adds its failure to {@code failures}. */
    void gc(List<String> failures) {
        try {
            run("GC");
        } catch (CniException e) {
            failures.add(e.getMessage());
        }
    }

    /** What it printed. An error it reports is passed on with its own code. */
    private byte[] run(String command) throws CniException {
        PluginProcess.Ended ended;
        try {
            ended = PluginProcess.run(program, command, call);
        } catch (IOException e) {
            throw new CniException(CniException.IO, "IPAM plugin " + program + " cannot be executed: " + e.getMessage());
        }
        if (ended.status() == 0) {
            return ended.output();
        }
        String what = "IPAM plugin " + type + " failed (" + command + " for " + conf.name() + ")";
        JsonNode error = ended.output().length == 0 ? Json.mapper().createObjectNode() : Json.parse(ended.output(), what);
        throw new CniException(Json.member(error, "code").asInt(CniException.INTERNAL),
                what + ": " + Json.member(error, "msg").asText("exit status " + ended.status()), Json.member(error, "details").asText(""));
    }
}
