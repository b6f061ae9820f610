package dev.weft.agent.config;

import dev.weft.network.IpPrefix;
import dev.weft.network.Network;
import dev.weft.session.RdmaPolicy;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * An agent's configuration, checked and with defaults filled in.
 *
 * @param host          this host's id in the directory
 * @param underlay      address peers reach this agent at
 * @param port          first TCP port; lane i listens on port + i
 * @param directoryFile YAML file that lists the hosts
 * @param stateDir      where endpoints are remembered
 * @param socket        unix socket of the API
 * @param busyPoll      how long a lane that gets work often looks for more before it sleeps; zero sleeps at once
 */
public record AgentConfig(String host, InetAddress underlay, int port, Path directoryFile, int lanes, Path stateDir, Path socket,
        Tun tun, List<Network> networks, Duration busyPoll, Session session, Rdma rdma, MessagingConfig messaging) {
    public static final int DEFAULT_PORT = 4790;
    public static final int MAX_LANES = 16;
    public static final Duration DEFAULT_BUSY_POLL = Duration.ofNanos(50_000);
    public static final Path DEFAULT_STATE_DIR = Path.of("/var/lib/weft");
    public static final Path DEFAULT_SOCKET = Path.of("/run/weft/agent.sock");
    public static final Network DEFAULT_NETWORK = new Network("default", 1,
            List.of(IpPrefix.parse("10.42.0.0/16"), IpPrefix.parse("fd42::/48")), true);

    public AgentConfig {
        networks = List.copyOf(networks);
    }

    /** Without messaging. */
    public AgentConfig(String host, InetAddress underlay, int port, Path directoryFile, int lanes, Path stateDir, Path socket, Tun tun,
            List<Network> networks, Duration busyPoll, Session session, Rdma rdma) {
        this(host, underlay, port, directoryFile, lanes, stateDir, socket, tun, networks, busyPoll, session, rdma, MessagingConfig.OFF);
    }

    /** A configuration with nothing but what has no default. */
    public static AgentConfig of(String host, InetAddress underlay, Path directoryFile) {
        return new AgentConfig(host, underlay, DEFAULT_PORT, directoryFile, 1, DEFAULT_STATE_DIR, DEFAULT_SOCKET, Tun.DEFAULT,
                List.of(DEFAULT_NETWORK), DEFAULT_BUSY_POLL, Session.DEFAULT, Rdma.DEFAULT);
    }

    /**
     * The TUN device.
     *
     * @param queueLength packets kept while the agent does not read; what a stall costs
     */
    public record Tun(String name, int mtu, int queueLength) {
        public static final Tun DEFAULT = new Tun("weft0", 65_000, 5_000);
    }

    /** Time limits of sessions; see {@link dev.weft.session.SessionConfig}. */
    public record Session(Duration heartbeat, Duration deadAfter, Duration reconnectMin, Duration reconnectMax) {
        public static final Session DEFAULT = new Session(Duration.ofMillis(200), Duration.ofSeconds(1), Duration.ofMillis(100),
                Duration.ofSeconds(1));
    }

    /**
     * What is wanted of RDMA.
     *
     * @param policy     towards peers that {@code peers} does not name
     * @param peers      by host id
     * @param ackTimeout how long frames may at least stay unacknowledged before the path leaves RDMA
     * @param idleAfter  after how long without a frame an RDMA link is given back
     */
    public record Rdma(RdmaPolicy policy, Map<String, RdmaPolicy> peers, Duration ackTimeout, Duration idleAfter) {
        public static final Rdma DEFAULT = new Rdma(RdmaPolicy.PREFER, Map.of(), Duration.ofMillis(80), Duration.ofMinutes(5));

        public Rdma {
            peers = Map.copyOf(peers);
        }

        public RdmaPolicy towards(String peer) {
            return peers.getOrDefault(peer, policy);
        }
    }
}
