package dev.weft.messaging;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.agent.config.MessagingConfig;
import dev.weft.agent.config.MessagingConfig.OfNetwork;
import dev.weft.agent.config.MessagingConfig.Unit;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How container runtimes give a container the memory of its network's driver: a specification of the Container Device Interface (CDI).
 * A device {@code weft.dev/messaging=NETWORK} mounts the directory and tells clients where it is.
 */
public final class CdiSpecification {
    /** The kind of the devices: {@code podman run --device weft.dev/messaging=NETWORK}. */
    public static final String KIND = "weft.dev/messaging";

    /** The oldest version of the specification that has all of this, for the sake of old runtimes. */
    private static final String VERSION = "0.5.0";

    private CdiSpecification() {
    }

    /** The specification of every driver of a host, as a JSON document. */
    public static String of(MessagingConfig config) {
        List<Object> devices = new ArrayList<>();
        for (OfNetwork network : config.networks()) {
            for (InetAddress only : network.unit() == Unit.NETWORK ? Collections.<InetAddress>singletonList(null) : network.endpoints()) {
                devices.add(device(MessagingDirectory.name(network, only), MessagingDirectory.mount(config.directory(), network, only)));
            }
        }
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("cdiVersion", VERSION);
        document.put("kind", KIND);
        document.put("devices", devices);
        try {
            return new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(document);
        } catch (JsonProcessingException e) {
            throw new AssertionError(e); // maps, lists and strings
        }
    }

    private static Map<String, Object> device(String name, Path host) {
        // At the same path as on the host: the driver tells its clients where a stream's file is, and tells its own path.
        String aeron = MessagingDirectory.aeron(host).toString();
        Map<String, Object> mount = new LinkedHashMap<>();
        mount.put("hostPath", host.toString());
        mount.put("containerPath", host.toString());
        mount.put("options", List.of("bind", "rw", "nosuid", "nodev", "noexec"));
        Map<String, Object> edits = new LinkedHashMap<>();
        edits.put("env", List.of("AERON_DIR=" + aeron, "WEFT_MESSAGING=" + aeron));
        edits.put("mounts", List.of(mount));
        Map<String, Object> device = new LinkedHashMap<>();
        device.put("name", name);
        device.put("containerEdits", edits);
        return device;
    }
}
