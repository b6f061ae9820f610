package dev.weft.host;

import dev.weft.endpoint.Endpoint;
import dev.weft.endpoint.EndpointSettings.Rate;
import dev.weft.linux.LinuxException;
import dev.weft.linux.NetlinkBatch;
import dev.weft.linux.NetlinkShaping;
import dev.weft.linux.NetlinkView;
import dev.weft.linux.NetlinkView.LinkInfo;
import dev.weft.linux.RouteSocket;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The bandwidth limits of an endpoint, all on the host's side where the container cannot reach them; see {@link NetlinkShaping}. What a
 * container sends passes an ifb of its own, {@code wb<vni>x<slot>}; endpoints without a limit cost nothing.
 */
final class EndpointShaping {
    /** A packet larger than the bucket is dropped, and packets have up to 65,000 bytes. */
    static final long MIN_BURST_BYTES = 128 << 10;
    private static final double LATENCY_SECONDS = 0.025;
    private static final int ENODEV = 19;

    private final RouteSocket host;

    EndpointShaping(RouteSocket host) {
        this.host = host;
    }

    static String ifbName(Endpoint endpoint) {
        return "wb" + endpoint.hostInterface().substring(2);
    }

    private static String ifbMac(Endpoint endpoint) {
        return String.format(Locale.ROOT, "02:58%s", endpoint.hostMac().substring(5));
    }

    /** Makes what is missing; changes nothing that is as it should be. */
    void apply(Endpoint endpoint, int index) throws IOException {
        if (!endpoint.settings().isShaped()) {
            return;
        }
        NetlinkBatch batch = new NetlinkBatch();
        if (endpoint.settings().ingress() != null) {
            limit(batch, index, endpoint.hostInterface(), endpoint.settings().ingress());
        }
        if (endpoint.settings().egress() != null) {
            String name = ifbName(endpoint);
            new NetlinkBatch().addIfb(name, ifbMac(endpoint)).apply(host);
            LinkInfo ifb = ifb(endpoint).orElseThrow(() -> new LinuxException("interface " + name + " is there and not Weft's", ENODEV));
            batch.justUp(ifb.index(), name);
            limit(batch, ifb.index(), name, endpoint.settings().egress());
            NetlinkShaping.redirect(batch, index, endpoint.hostInterface(), ifb.index());
        }
        batch.apply(host);
    }

    private static void limit(NetlinkBatch batch, int index, String name, Rate rate) {
        long burst = Math.max(rate.burstBytes(), MIN_BURST_BYTES);
        NetlinkShaping.tokenBucket(batch, index, name, rate.bytesPerSecond(), burst,
                burst + (long) (rate.bytesPerSecond() * LATENCY_SECONDS));
    }

    /** The endpoint's ifb, and nobody else's interface of that name. */
    private Optional<LinkInfo> ifb(Endpoint endpoint) throws IOException {
        return NetlinkView.link(host, ifbName(endpoint)).filter(link -> link.kind().equals("ifb") && link.mac().equals(ifbMac(endpoint)));
    }

    /** What goes by itself with the veth pair is left to go. */
    void remove(Endpoint endpoint) throws IOException {
        if (endpoint.settings().egress() != null) {
            Optional<LinkInfo> ifb = ifb(endpoint);
            if (ifb.isPresent()) {
                new NetlinkBatch().removeLink(ifb.get().index(), ifb.get().name()).apply(host);
            }
        }
    }

    void inspect(Endpoint endpoint, int index, List<String> differences) throws IOException {
        if (endpoint.settings().ingress() != null) {
            compare(index, endpoint.hostInterface(), endpoint.settings().ingress(), "to the container", differences);
        }
        if (endpoint.settings().egress() != null) {
            Optional<LinkInfo> ifb = ifb(endpoint);
            if (ifb.isEmpty() || !ifb.get().up()) {
                differences.add("interface " + ifbName(endpoint) + " is missing or down on the host");
            } else {
                compare(ifb.get().index(), ifbName(endpoint), endpoint.settings().egress(), "from the container", differences);
            }
            if (!NetlinkShaping.isRedirected(host, index)) {
                differences.add("filter from " + endpoint.hostInterface() + " to " + ifbName(endpoint) + " is missing on the host");
            }
        }
    }

    private void compare(int index, String name, Rate rate, String direction, List<String> differences) throws IOException {
        if (!NetlinkShaping.rateOf(host, index).equals(Optional.of(rate.bytesPerSecond()))) {
            differences.add("limit of " + rate.bytesPerSecond() + " bytes/s " + direction + " on " + name + " is missing or another");
        }
    }
}
