package dev.weft.agent.config;

import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;

/**
 * Which networks have messaging, and how.
 *
 * @param directory where each network's driver keeps what containers mount; on a file system the agent may mount others on
 * @param networks  those that asked; empty when messaging is off
 */
public record MessagingConfig(Path directory, List<OfNetwork> networks) {
    public static final Path DEFAULT_DIRECTORY = Path.of("/run/weft/messaging");
    public static final MessagingConfig OFF = new MessagingConfig(DEFAULT_DIRECTORY, List.of());

    public MessagingConfig {
        networks = List.copyOf(networks);
    }

    public boolean isOn() {
        return !networks.isEmpty();
    }

    /** Who shares a driver. */
    public enum Unit {
        /** All containers of the network on this host trust each other. */
        NETWORK,
        /** Each listed address has a driver of its own. */
        ENDPOINT
    }

    /** How many threads a driver has. */
    public enum Mode {
        /** One thread for everything. */
        SHARED,
        /** One each for conductor, sender and receiver: lower latency, more CPU. */
        DEDICATED
    }

    /**
     * One network's messaging.
     *
     * @param network     name
     * @param vni         of the network
     * @param unit        who shares a driver
     * @param endpoints   addresses that have a driver of their own; empty unless {@code unit} says so
     * @param mode        threads of a driver
     * @param mtu         largest Aeron frame in bytes, a multiple of 32
     * @param termLength  default term length in bytes, a power of two; a stream maps three on each side
     * @param memoryBytes size of the file system that holds one driver's files: what its containers can use up
     * @param sessions    most sessions of one stream id on one receiving address
     * @param group       id of the group whose processes may use the driver, beside root
     */
    public record OfNetwork(String network, int vni, Unit unit, List<InetAddress> endpoints, Mode mode, int mtu, int termLength,
            long memoryBytes, int sessions, int group) {
        public static final int DEFAULT_MTU = 16_384;
        public static final int DEFAULT_TERM_LENGTH = 256 << 10;
        public static final long DEFAULT_MEMORY = 512L << 20;
        public static final int DEFAULT_SESSIONS = 256;

        public OfNetwork {
            endpoints = List.copyOf(endpoints);
        }
    }
}
