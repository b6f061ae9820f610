package dev.weft.agent.config;

import dev.weft.network.IpPrefix;
import dev.weft.network.Network;
import dev.weft.session.RdmaPolicy;
import dev.weft.yaml.Findings;
import dev.weft.yaml.Format;
import dev.weft.yaml.Formats;
import dev.weft.yaml.YamlReader;
import dev.weft.yaml.YamlSection;
import dev.weft.yaml.YamlSyntaxException;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Reads {@link AgentConfig} from YAML, strictly: everything that is wrong with a file is reported at once. */
public final class AgentConfigLoader {
    /** Host ids and network names: they become parts of messages, file names and table names. */
    public static final Format<String> NAME = Formats.matching(Pattern.compile("[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?"),
            "1 to 63 of a-z 0-9 . -, beginning and ending with a letter or digit");
    private static final Format<String> INTERFACE = Formats.matching(Pattern.compile("[A-Za-z0-9_.-]{1,15}"),
            "1 to 15 of A-Z a-z 0-9 _ . -");

    private AgentConfigLoader() {
    }

    /**
     * @throws ConfigException when the content is refused
     * @throws IOException     when the file cannot be read
     */
    public static AgentConfig load(Path file) throws IOException, ConfigException {
        return parse(file, Files.readString(file));
    }

    /** As {@link #load}, of a text; {@code file} is for messages only. */
    public static AgentConfig parse(Path file, String text) throws ConfigException {
        Findings findings = new Findings();
        AgentConfig config = null;
        try {
            YamlSection root = YamlSection.of(YamlReader.read(text), "", findings);
            config = read(root, findings);
            root.end();
        } catch (YamlSyntaxException e) {
            findings.add(e.line(), "", e.getMessage());
        }
        if (!findings.isEmpty()) {
            throw new ConfigException(file, findings.list());
        }
        return config;
    }

    private static AgentConfig read(YamlSection root, Findings findings) {
        String host = root.required("host", NAME);
        InetAddress underlay = root.required("underlay", Formats.address());
        if (!root.has("directory")) {
            root.refuse("", "directory: is missing; allowed: {file: /absolute/path.yaml}");
        }
        YamlSection directory = root.section("directory");
        Path file = root.has("directory") ? directory.required("file", Formats.absolutePath()) : null;
        directory.end();
        int lanes = root.optional("lanes", 1, Formats.number(1, AgentConfig.MAX_LANES));
        int port = root.optional("port", AgentConfig.DEFAULT_PORT, Formats.number(1, 65_535 - 2 * AgentConfig.MAX_LANES));
        Path stateDir = root.optional("state-dir", AgentConfig.DEFAULT_STATE_DIR, Formats.absolutePath());
        Path socket = root.optional("socket", AgentConfig.DEFAULT_SOCKET, Formats.socketPath());
        Duration busyPoll = root.optional("busy-poll", AgentConfig.DEFAULT_BUSY_POLL,
                Formats.duration(Duration.ZERO, Duration.ofSeconds(1)));
        AgentConfig.Tun tun = readTun(root.section("tun"));
        AgentConfig.Session session = readSession(root.section("session"));
        AgentConfig.Rdma rdma = readRdma(root.section("rdma"));
        List<Network> networks = root.sections("networks", List.of(AgentConfig.DEFAULT_NETWORK), AgentConfigLoader::readNetwork);
        checkNetworks(root, networks);
        MessagingConfig messaging = MessagingReader.read(root.section("messaging"), networks);
        return findings.isEmpty()
                ? new AgentConfig(host, underlay, port, file, lanes, stateDir, socket, tun, networks, busyPoll, session, rdma,
                        messaging)
                : null;
    }

    private static AgentConfig.Tun readTun(YamlSection section) {
        AgentConfig.Tun standard = AgentConfig.Tun.DEFAULT;
        AgentConfig.Tun tun = new AgentConfig.Tun(section.optional("name", standard.name(), INTERFACE),
                section.optional("mtu", standard.mtu(), Formats.number(1280, 65_521)),
                section.optional("queue-length", standard.queueLength(), Formats.number(1, 1_000_000)));
        section.end();
        return tun;
    }

    private static AgentConfig.Session readSession(YamlSection section) {
        AgentConfig.Session standard = AgentConfig.Session.DEFAULT;
        Format<Duration> time = Formats.duration(Duration.ofMillis(20), Duration.ofMinutes(5));
        AgentConfig.Session session = new AgentConfig.Session(section.optional("heartbeat", standard.heartbeat(), time),
                section.optional("dead-after", standard.deadAfter(), time),
                section.optional("reconnect-min", standard.reconnectMin(), time),
                section.optional("reconnect-max", standard.reconnectMax(), time));
        if (session.deadAfter().compareTo(session.heartbeat().multipliedBy(2)) < 0) {
            section.refuse("dead-after", "must be at least twice the heartbeat");
        }
        if (session.reconnectMax().compareTo(session.reconnectMin()) < 0) {
            section.refuse("reconnect-max", "must not be below reconnect-min");
        }
        section.end();
        return session;
    }

    private static AgentConfig.Rdma readRdma(YamlSection section) {
        RdmaPolicy policy = section.optional("policy", RdmaPolicy.PREFER, Formats.oneOf(RdmaPolicy.class));
        Map<String, RdmaPolicy> peers = new LinkedHashMap<>();
        YamlSection named = section.section("peers");
        for (String peer : named.names()) {
            peers.put(peer, named.optional(peer, policy, Formats.oneOf(RdmaPolicy.class)));
        }
        named.end();
        Duration ackTimeout = section.optional("ack-timeout", AgentConfig.Rdma.DEFAULT.ackTimeout(),
                Formats.duration(Duration.ofMillis(40), Duration.ofSeconds(10)));
        Duration idleAfter = section.optional("idle-after", AgentConfig.Rdma.DEFAULT.idleAfter(),
                Formats.duration(Duration.ofSeconds(10), Duration.ofDays(365)));
        section.end();
        return new AgentConfig.Rdma(policy, peers, ackTimeout, idleAfter);
    }

    private static Network readNetwork(YamlSection section) {
        String name = section.required("name", NAME);
        Integer vni = section.required("vni", Formats.number(1, Network.MAX_VNI));
        List<IpPrefix> ranges = section.list("ranges", List.of(), Formats.prefix());
        boolean masquerade = section.optional("masquerade", true, Formats.bool());
        long ipv4 = ranges.stream().filter(IpPrefix::isIpv4).count();
        if (ranges.isEmpty() || ipv4 > 1 || ranges.size() - ipv4 > 1) {
            section.refuse("ranges", "must hold one range, or one of each address family");
            return null;
        }
        return name == null || vni == null ? null : new Network(name, vni, ranges, masquerade);
    }

    private static void checkNetworks(YamlSection root, List<Network> networks) {
        if (networks.isEmpty()) {
            root.refuse("networks", "must not be empty; leave the key out for the default network");
        }
        for (int i = 0; i < networks.size(); i++) {
            for (Network other : networks.subList(0, i)) {
                checkPair(root, other, networks.get(i));
            }
        }
    }

    private static void checkPair(YamlSection root, Network first, Network second) {
        if (first.name().equals(second.name())) {
            root.refuse("networks", "two networks are called '" + first.name() + "'");
        }
        if (first.vni() == second.vni()) {
            root.refuse("networks", "'" + first.name() + "' and '" + second.name() + "' have the same vni " + first.vni());
        }
        for (IpPrefix range : first.ranges()) {
            for (IpPrefix other : second.ranges()) {
                if (range.overlaps(other)) {
                    root.refuse("networks", "ranges " + range + " of '" + first.name() + "' and " + other + " of '" + second.name()
                            + "' overlap; all networks share one routing table");
                }
            }
        }
    }
}
