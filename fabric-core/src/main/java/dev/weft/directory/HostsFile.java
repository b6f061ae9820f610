package dev.weft.directory;

import dev.weft.network.IpPrefix;
import dev.weft.network.Network;
import dev.weft.yaml.Findings;
import dev.weft.yaml.Format;
import dev.weft.yaml.Formats;
import dev.weft.yaml.YamlReader;
import dev.weft.yaml.YamlSection;
import dev.weft.yaml.YamlSyntaxException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The YAML list of hosts. Parsing is a pure function: a text either yields every host it lists, or is refused whole with findings.
 *
 * <pre>
 * hosts:
 *   - id: host-a
 *     address: 192.0.2.1
 *     port: 4790                                        (optional)
 *     subnets: [10.42.1.0/24, "fd42:0:0:1::/64"]        (in network "default")
 *     networks: {blue: [10.43.1.0/24]}                  (in further networks)
 * </pre>
 */
public final class HostsFile {
    /** The network that {@code subnets} speaks of. */
    public static final String DEFAULT_NETWORK = "default";

    private static final Format<String> NAME = Formats.matching(Pattern.compile("[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?"),
            "1 to 63 of a-z 0-9 . -, beginning and ending with a letter or digit");

    private final Map<String, Network> networks;
    private final int defaultPort;

    public HostsFile(List<Network> networks, int defaultPort) {
        this.networks = networks.stream().collect(Collectors.toMap(Network::name, Function.identity()));
        this.defaultPort = defaultPort;
    }

    /** Either hosts, or what is wrong. */
    public record Parsed(List<HostEntry> hosts, List<String> findings) {
    }

    public Parsed parse(String text) {
        Findings findings = new Findings();
        List<HostEntry> hosts = new ArrayList<>();
        try {
            YamlSection root = YamlSection.of(YamlReader.read(text), "", findings);
            if (!root.has("hosts")) {
                root.refuse("", "hosts: is missing; allowed: a list of hosts");
            }
            hosts.addAll(root.sections("hosts", List.of(), this::readHost));
            root.end();
        } catch (YamlSyntaxException e) {
            findings.add(e.line(), "", e.getMessage());
        }
        checkPairs(hosts, findings);
        return findings.isEmpty() ? new Parsed(List.copyOf(hosts), List.of()) : new Parsed(List.of(), findings.list());
    }

    private HostEntry readHost(YamlSection section) {
        String id = section.required("id", NAME);
        InetAddress address = section.required("address", Formats.address());
        int port = section.optional("port", defaultPort, Formats.number(1, 65_535));
        Map<String, List<IpPrefix>> subnets = new LinkedHashMap<>();
        putSubnets(subnets, DEFAULT_NETWORK, section, "subnets");
        YamlSection further = section.section("networks");
        for (String name : further.names()) {
            putSubnets(subnets, name, further, name);
        }
        further.end();
        return id == null || address == null ? null : new HostEntry(id, new InetSocketAddress(address, port), subnets);
    }

    private void putSubnets(Map<String, List<IpPrefix>> subnets, String network, YamlSection section, String key) {
        List<IpPrefix> prefixes = section.list(key, List.of(), Formats.prefix());
        if (prefixes.isEmpty()) {
            return;
        }
        Network known = networks.get(network);
        long ipv4 = prefixes.stream().filter(IpPrefix::isIpv4).count();
        if (ipv4 > 1 || prefixes.size() - ipv4 > 1) {
            section.refuse(key, "holds two subnets of one address family; a host has one of each in a network");
        }
        for (IpPrefix prefix : prefixes) {
            if (known != null && known.ranges().stream().noneMatch(range -> contains(range, prefix))) {
                section.refuse(key, prefix + " is not within the ranges " + known.ranges() + " of network '" + network + "'");
            }
            if (prefix.length() > (prefix.isIpv4() ? 30 : 126)) {
                section.refuse(key, prefix + " has no room for endpoints beside the host's own address");
            }
        }
        if (subnets.put(network, prefixes) != null) {
            section.refuse(key, "network '" + network + "' is given twice");
        }
    }

    private static boolean contains(IpPrefix range, IpPrefix prefix) {
        return range.isIpv4() == prefix.isIpv4() && range.contains(prefix);
    }

    private static void checkPairs(List<HostEntry> hosts, Findings findings) {
        Map<String, HostEntry> byId = new LinkedHashMap<>();
        Map<InetSocketAddress, HostEntry> byAddress = new LinkedHashMap<>();
        List<Claim> claims = new ArrayList<>();
        for (HostEntry host : hosts) {
            if (byId.put(host.id(), host) != null) {
                findings.add(0, "hosts", "host '" + host.id() + "' is listed twice");
            }
            HostEntry same = byAddress.put(host.underlay(), host);
            if (same != null) {
                findings.add(0, "hosts", "hosts '" + same.id() + "' and '" + host.id() + "' have the same address " + host.underlay());
            }
            host.subnets().values().forEach(subnets -> subnets.forEach(subnet -> claims.add(new Claim(subnet, host.id()))));
        }
        claims.sort(Claim::compareTo); // of overlapping ranges, some two are neighbours in this order
        for (int i = 1; i < claims.size(); i++) {
            Claim before = claims.get(i - 1);
            Claim claim = claims.get(i);
            if (before.subnet.isIpv4() == claim.subnet.isIpv4() && before.subnet.overlaps(claim.subnet)) {
                findings.add(0, "hosts", "subnets " + before.subnet + " of host '" + before.host + "' and " + claim.subnet + " of host '"
                        + claim.host + "' overlap");
            }
        }
    }

    private record Claim(IpPrefix subnet, String host) implements Comparable<Claim> {
        @Override
        public int compareTo(Claim other) {
            int family = Boolean.compare(subnet.isIpv4(), other.subnet.isIpv4());
            int address = family != 0 ? family
                    : java.util.Arrays.compareUnsigned(subnet.address().getAddress(), other.subnet.address().getAddress());
            return address != 0 ? address : Integer.compare(subnet.length(), other.subnet.length());
        }
    }
}
