package dev.weft.host;

import dev.weft.agent.config.AgentConfig;
import dev.weft.network.IpAddresses;
import dev.weft.network.IpPrefix;
import dev.weft.network.Network;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The nft rules of a network: one table each, whose rules are replaced whole in one transaction, so that there is no moment without them.
 * None names a container; they do not change when endpoints come and go. Counters live on when rules are replaced.
 *
 * <ul>
 * <li>anti-spoof: what comes from an endpoint's interface must have a source that is routed back to that very interface;
 * <li>group: multicast and broadcast of endpoints goes nowhere, but for what IPv6 needs on the link itself;
 * <li>agents: an endpoint cannot talk to the ports of agents. Masqueraded it would have its host's address, by which peers know an agent;
 * <li>isolation: between interfaces of different networks nothing passes, and into the overlay only what stays in the network;
 * <li>masquerade: what leaves the cluster takes the address of the host's uplink.
 * </ul>
 */
final class Firewall {
    /** Ports of an agent's lanes, TCP and then RDMA connection manager, from its first one. */
    private static final int AGENT_PORTS = 2 * AgentConfig.MAX_LANES;
    private static final int ROCE_PORT = 4791;

    private final String tun;
    private List<InetSocketAddress> agents;

    /**
     * @param tun name of the TUN device
     */
    Firewall(String tun) {
        this.tun = tun;
    }

    /** Where agents listen, by their first port; counts from the next {@link #apply}. */
    void agents(List<InetSocketAddress> known) {
        agents = List.copyOf(known);
    }

    /**
     * Puts the rules of these networks in force.
     *
     * @throws IOException with nft's own words when it refuses them or is missing
     */
    void apply(List<Network> networks) throws IOException {
        Nft.run(networks.stream().map(this::rules).collect(Collectors.joining()), "-f", "-");
    }

    /** Packets dropped for a network, by the names of {@link FirewallCounter}. */
    Map<String, Long> drops(Network network) throws IOException {
        return FirewallCounter.parse(Nft.run("", "-j", "list", "counters", "table", "inet", table(network)));
    }

    String rules(Network network) {
        String interfaces = "iifname \"wf" + Integer.toHexString(network.vni()) + "x*\" ";
        String table = "table inet " + table(network);
        StringBuilder rules = new StringBuilder(frame(table));
        rules.append("flush ").append(table).append('\n');
        appendAgents(rules, table);
        rules.append(table).append(" {\n chain antispoof {\n");
        append(rules, interfaces + "fib saddr . iif oif missing", FirewallCounter.FOREIGN_SOURCE);
        append(rules, interfaces + "ip daddr 224.0.0.0-255.255.255.255", FirewallCounter.GROUP);
        append(rules, interfaces + "ip6 daddr ff00::/8 ip6 daddr != ff02::/16", FirewallCounter.GROUP);
        append(rules, interfaces + "ip daddr . meta l4proto . th dport @agents4", FirewallCounter.AGENT_PORT);
        append(rules, interfaces + "ip6 daddr . meta l4proto . th dport @agents6", FirewallCounter.AGENT_PORT);
        rules.append(" }\n chain isolation {\n");
        append(rules, interfaces + "oifname \"wf*\" oifname != " + interfaces.substring("iifname ".length()),
                FirewallCounter.OTHER_NETWORK);
        for (IpPrefix range : network.ranges()) {
            append(rules, interfaces + "oifname \"" + tun + "\" " + family(range) + " daddr != " + range, FirewallCounter.OUTSIDE_RANGES);
        }
        rules.append(" }\n");
        if (network.masquerade()) {
            rules.append(" chain outbound {\n");
            network.ranges().stream().sorted(Comparator.comparing(IpPrefix::isIpv4)).forEach(range -> rules.append("  ")
                    .append(family(range)).append(" saddr ").append(range).append(' ').append(family(range)).append(" daddr != ")
                    .append(range).append(" oifname != { \"").append(tun).append("\", \"lo\" } masquerade\n"));
            rules.append(" }\n");
        }
        return rules.append("}\n").toString();
    }

    /** Chains, counters and sets without content; what is already there stays as it is. */
    private static String frame(String table) {
        StringBuilder frame = new StringBuilder(table).append(" {\n");
        for (FirewallCounter counter : FirewallCounter.values()) {
            frame.append(" counter ").append(counter.label()).append(" { }\n");
        }
        return frame.append("""
                 set agents4 { type ipv4_addr . inet_proto . inet_service; flags interval; }
                 set agents6 { type ipv6_addr . inet_proto . inet_service; flags interval; }
                 chain antispoof { type filter hook prerouting priority raw; }
                 chain isolation { type filter hook forward priority filter; }
                 chain outbound { type nat hook postrouting priority srcnat; }
                }
                """).toString();
    }

    /** Until the directory has said where agents are, the addresses of the last run stay. */
    private void appendAgents(StringBuilder rules, String table) {
        if (agents == null) {
            return;
        }
        String name = table.substring("table ".length());
        for (boolean ipv4 : new boolean[] {true, false}) {
            String set = name + (ipv4 ? " agents4" : " agents6");
            rules.append("flush set ").append(set).append('\n');
            String elements = agents.stream().filter(agent -> agent.getAddress() instanceof Inet4Address == ipv4).distinct()
                    .map(Firewall::ports).sorted().collect(Collectors.joining(", "));
            if (!elements.isEmpty()) {
                rules.append("add element ").append(set).append(" { ").append(elements).append(" }\n");
            }
        }
    }

    private static String ports(InetSocketAddress agent) {
        String address = IpAddresses.format(agent.getAddress());
        return address + " . tcp . " + agent.getPort() + "-" + Math.min(65_535, agent.getPort() + AGENT_PORTS - 1) + ", " + address
                + " . udp . " + ROCE_PORT;
    }

    private static void append(StringBuilder rules, String match, FirewallCounter counter) {
        rules.append("  ").append(match).append(" counter name ").append(counter.label()).append(" drop\n");
    }

    static String table(Network network) {
        return "weft-" + Integer.toHexString(network.vni());
    }

    private static String family(IpPrefix range) {
        return range.isIpv4() ? "ip" : "ip6";
    }
}
