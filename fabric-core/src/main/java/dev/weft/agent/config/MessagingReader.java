package dev.weft.agent.config;

import dev.weft.agent.config.MessagingConfig.Mode;
import dev.weft.agent.config.MessagingConfig.OfNetwork;
import dev.weft.agent.config.MessagingConfig.Unit;
import dev.weft.network.Network;
import dev.weft.yaml.Formats;
import dev.weft.yaml.YamlSection;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the section {@code messaging}:
 *
 * <pre>
 *   messaging:
 *     directory: /run/weft/messaging
 *     networks:
 *       default: {}                      # every key has a default
 *       blue: {driver: endpoint, endpoints: [10.43.1.7], mode: dedicated}
 * </pre>
 */
final class MessagingReader {
    private static final int ALIGNMENT = 32;
    private static final int MIN_MTU = 1408;
    private static final int MAX_MTU = 65_504;

    /** What a driver needs for itself is about 18 MiB. */
    private static final long MIN_MEMORY = 32L << 20;

    private MessagingReader() {
    }

    static MessagingConfig read(YamlSection section, List<Network> networks) {
        Path directory = section.optional("directory", MessagingConfig.DEFAULT_DIRECTORY, Formats.absolutePath());
        YamlSection named = section.section("networks");
        List<OfNetwork> asking = new ArrayList<>();
        for (String name : named.names()) {
            YamlSection one = named.section(name);
            Network network = networks.stream().filter(each -> each.name().equals(name)).findFirst().orElse(null);
            if (network == null) {
                named.refuse(name, "is not among the networks " + networks.stream().map(Network::name).toList());
            } else {
                asking.add(readNetwork(one, network));
            }
            one.end();
        }
        named.end();
        section.end();
        return new MessagingConfig(directory, asking);
    }

    private static OfNetwork readNetwork(YamlSection section, Network network) {
        Unit unit = section.optional("driver", Unit.NETWORK, Formats.oneOf(Unit.class));
        List<InetAddress> endpoints = section.list("endpoints", List.of(), Formats.address());
        if (unit == Unit.ENDPOINT == endpoints.isEmpty()) {
            section.refuse("endpoints", unit == Unit.ENDPOINT ? "must list the addresses that get a driver of their own"
                    : "is for 'driver: endpoint' only");
        }
        for (InetAddress endpoint : endpoints) {
            if (network.ranges().stream().noneMatch(range -> range.contains(endpoint))) {
                section.refuse("endpoints", endpoint.getHostAddress() + " does not lie in the ranges " + network.ranges() + " of network '"
                        + network.name() + "'");
            }
        }
        Mode mode = section.optional("mode", Mode.SHARED, Formats.oneOf(Mode.class));
        int mtu = section.optional("mtu", OfNetwork.DEFAULT_MTU, Formats.number(MIN_MTU, MAX_MTU));
        if (mtu % ALIGNMENT != 0) {
            section.refuse("mtu", "must be a multiple of " + ALIGNMENT + ", the alignment of Aeron frames");
        }
        long termLength = section.optional("term-length", (long) OfNetwork.DEFAULT_TERM_LENGTH, Formats.size(64 << 10, 1 << 30));
        if (Long.bitCount(termLength) != 1) {
            section.refuse("term-length", "must be a power of two");
        }
        if (mtu > termLength / 8) {
            section.refuse("mtu", "must be at most an eighth of term-length, which is " + termLength + " bytes: Aeron's rule");
        }
        long memory = section.optional("memory", OfNetwork.DEFAULT_MEMORY, Formats.size(MIN_MEMORY, 1L << 40));
        int sessions = section.optional("sessions", OfNetwork.DEFAULT_SESSIONS, Formats.number(1, 1_000_000));
        int group = section.optional("group", 0, Formats.number(0, Integer.MAX_VALUE));
        return new OfNetwork(network.name(), network.vni(), unit, endpoints, mode, mtu, (int) termLength, memory, sessions, group);
    }
}
