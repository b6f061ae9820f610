package dev.weft.host;

import dev.weft.network.IpPrefix;
import dev.weft.network.Network;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * The nft rules of a network: one table each, replaced whole in one transaction, so that there is no moment without it. None names a
 * container; they do not change when endpoints come and go.
 *
 * <ul>
 * <li>anti-spoof: what comes from an endpoint's interface must have a source that is routed back to that very interface;
 * <li>isolation: between interfaces of different networks nothing passes, and into the overlay only what stays in the network;
 * <li>masquerade: what leaves the cluster takes the address of the host's uplink.
 * </ul>
 */
final class Firewall {
    private static final long TIMEOUT_SECONDS = 20;

    private final String tun;

    /**
     * @param tun name of the TUN device
     */
    Firewall(String tun) {
        this.tun = tun;
    }

    /**
     * Puts the rules of these networks in force.
     *
     * @throws IOException with nft's own words when it refuses them or is missing
     */
    void apply(List<Network> networks) throws IOException {
        nft(networks.stream().map(this::rules).collect(Collectors.joining()));
    }

    String rules(Network network) {
        String interfaces = "\"wf" + Integer.toHexString(network.vni()) + "x*\"";
        StringBuilder rules = new StringBuilder();
        String table = "table inet " + table(network);
        // Making it first lets the deletion succeed when it is not there yet.
        rules.append(table).append("\ndelete ").append(table).append('\n').append(table).append(" {\n");
        rules.append(" chain antispoof {\n  type filter hook prerouting priority raw;\n");
        rules.append("  iifname ").append(interfaces).append(" fib saddr . iif oif missing counter drop\n }\n");
        rules.append(" chain isolation {\n  type filter hook forward priority filter;\n");
        rules.append("  iifname ").append(interfaces).append(" oifname \"wf*\" oifname != ").append(interfaces).append(" counter drop\n");
        for (IpPrefix range : network.ranges()) {
            rules.append("  iifname ").append(interfaces).append(" oifname \"").append(tun).append("\" ").append(family(range))
                    .append(" daddr != ").append(range).append(" counter drop\n");
        }
        rules.append(" }\n");
        if (network.masquerade()) {
            rules.append(" chain outbound {\n  type nat hook postrouting priority srcnat;\n");
            network.ranges().stream().sorted(Comparator.comparing(IpPrefix::isIpv4)).forEach(range -> rules.append("  ")
                    .append(family(range)).append(" saddr ").append(range).append(' ').append(family(range)).append(" daddr != ")
                    .append(range).append(" oifname != { \"").append(tun).append("\", \"lo\" } masquerade\n"));
            rules.append(" }\n");
        }
        return rules.append("}\n").toString();
    }

    static String table(Network network) {
        return "weft-" + Integer.toHexString(network.vni());
    }

    private static String family(IpPrefix range) {
        return range.isIpv4() ? "ip" : "ip6";
    }

    private static void nft(String script) throws IOException {
        Process process;
        try {
            process = new ProcessBuilder("nft", "-f", "-").redirectErrorStream(true).start();
        } catch (IOException e) {
            throw new IOException("cannot run nft: " + e.getMessage() + "; install it (apt-get install nftables)", e);
        }
        try (var input = process.getOutputStream()) {
            input.write(script.getBytes(StandardCharsets.UTF_8));
        }
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException("nft did not finish within " + TIMEOUT_SECONDS + " s");
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while nft ran", e);
        }
        if (process.exitValue() != 0) {
            throw new IOException("nft refused the rules: " + said.strip());
        }
    }
}
