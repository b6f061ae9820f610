package dev.weft.host;

import dev.weft.endpoint.EndpointPlumbing.Remains;
import dev.weft.endpoint.StoredEndpoint;
import dev.weft.linux.NetlinkLookup;
import dev.weft.linux.NetlinkView;
import dev.weft.linux.NetlinkView.LinkInfo;
import dev.weft.linux.NetlinkView.RouteInfo;
import dev.weft.linux.RouteSocket;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What the host's namespace shows of endpoints, records or none. One list of links and one of routes, however many there are. */
final class HostSurvey {
    private static final Pattern NAME = Pattern.compile("wf([0-9a-f]{1,6})x([0-9a-f]{1,6})");
    private static final int HEX = 16;

    private final RouteSocket host;

    HostSurvey(RouteSocket host) {
        this.host = host;
    }

    List<Remains> remains() throws IOException {
        List<Remains> remains = new ArrayList<>();
        Map<Integer, List<InetAddress>> routed = NetlinkView.ownRoutes(host).stream().collect(Collectors.groupingBy(RouteInfo::index,
                Collectors.mapping(route -> route.destination().address(), Collectors.toList())));
        for (LinkInfo link : NetlinkView.links(host)) {
            Matcher name = NAME.matcher(link.name());
            if (name.matches()) {
                int vni = Integer.parseInt(name.group(1), HEX);
                int slot = Integer.parseInt(name.group(2), HEX);
                List<InetAddress> addresses = routed.getOrDefault(link.index(), List.of());
                StoredEndpoint stored = EndpointAlias.read(link.alias(), vni, slot, link.name(), macOf(link, addresses), addresses)
                        .filter(each -> link.mac().equals(each.endpoint().hostMac())).orElse(null);
                remains.add(new Remains(link.name(), vni, slot, stored, addresses));
            }
        }
        return remains;
    }

    /** The container's, as the host's neighbours know it; null when they do not. */
    private String macOf(LinkInfo link, List<InetAddress> addresses) throws IOException {
        for (InetAddress address : addresses) {
            Optional<String> mac = NetlinkLookup.permanentNeighbour(host, link.index(), address);
            if (mac.isPresent()) {
                return mac.get();
            }
        }
        return null;
    }
}
