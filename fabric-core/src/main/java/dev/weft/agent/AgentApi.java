package dev.weft.agent;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.control.ControlHandler;
import dev.weft.control.ControlRequest;
import dev.weft.control.ControlResponse;
import dev.weft.counters.CounterId;
import dev.weft.counters.Counters;
import dev.weft.endpoint.Endpoint;
import dev.weft.endpoint.StoredEndpoint;
import dev.weft.host.FirewallCounter;
import dev.weft.network.IpAddresses;
import dev.weft.network.IpPrefix;
import dev.weft.peer.Peers;
import dev.weft.session.PathReason;
import dev.weft.session.SessionStatus;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/** What the agent tells of itself: read-only JSON documents under {@code /v1}. */
public final class AgentApi {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Agent agent;
    private final String version;

    public AgentApi(Agent agent, String version) {
        this.agent = agent;
        this.version = version;
    }

    /** One handler a document. */
    public List<ControlHandler> handlers() {
        return List.of(get("/v1/version", this::version), get("/v1/status", this::status), get("/v1/peers", this::peers),
                get("/v1/endpoints", this::endpoints), get("/v1/lanes", this::lanes), get("/v1/counters", this::counters),
                get("/v1/ipam", this::ipam));
    }

    private static ControlHandler get(String path, Callable<Object> document) {
        return new ControlHandler() {
            @Override
            public String path() {
                return path;
            }

            @Override
            public ControlResponse handle(ControlRequest request) throws Exception {
                if (!request.method().equals("GET")) {
                    return new ControlResponse(405, JSON.writeValueAsBytes(Map.of("error", path + " answers GET only")));
                }
                return new ControlResponse(200, JSON.writeValueAsBytes(document.call()));
            }
        };
    }

    private Object version() {
        return Map.of("version", version);
    }

    private Object status() {
        AgentView view = agent.view();
        Map<String, Object> status = new LinkedHashMap<>();
        status.put("host", view.local().id());
        status.put("version", version);
        status.put("ready", view.own() != null);
        status.put("pid", ProcessHandle.current().pid());
        status.put("uptimeMillis", view.uptimeMillis());
        status.put("underlay", address(view.local().underlay()));
        status.put("lanes", view.local().lanes());
        status.put("mtu", view.local().mtu());
        status.put("peers", view.peers().size());
        status.put("peersEstablished", view.peers().stream().filter(peer -> established(view, peer) > 0).count());
        status.put("paths", PathReason.count(view.sessions()));
        status.put("endpoints", agent.endpoints().list().size());
        status.put("directory", Map.of("revision", view.revision(), "problem", view.problem()));
        status.put("process", ProcessUse.now());
        status.put("subnets", view.own() == null ? Map.of() : subnets(view.own().subnets()));
        return status;
    }

    private Object peers() {
        AgentView view = agent.view();
        List<Object> peers = new ArrayList<>();
        for (Peers.Peer peer : view.peers()) {
            List<SessionStatus> sessions = sessionsOf(view, peer);
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("peer", peer.entry().id());
            row.put("underlay", address(peer.entry().underlay()));
            row.put("subnets", subnets(peer.entry().subnets()));
            row.put("links", sessions.size());
            row.put("established", established(view, peer));
            row.put("sessions", sessions);
            peers.add(row);
        }
        return Map.of("peers", peers);
    }

    private static List<SessionStatus> sessionsOf(AgentView view, Peers.Peer peer) {
        return view.sessions().stream().filter(session -> session.peer().equals(peer.entry().id())).toList();
    }

    private static long established(AgentView view, Peers.Peer peer) {
        return sessionsOf(view, peer).stream().filter(session -> session.state().equals("established")).count();
    }

    private Object lanes() {
        return Map.of("lanes", agent.view().sessions());
    }

    private Map<String, Object> endpoints() {
        List<Object> rows = new ArrayList<>();
        for (StoredEndpoint stored : agent.endpoints().list()) {
            Endpoint endpoint = stored.endpoint();
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("network", endpoint.key().network());
            row.put("container", endpoint.key().containerId());
            row.put("interface", endpoint.key().ifName());
            row.put("state", stored.state().name().toLowerCase(java.util.Locale.ROOT));
            row.put("ipv4", text(endpoint.ipv4()));
            row.put("ipv6", text(endpoint.ipv6()));
            row.put("mac", endpoint.mac());
            row.put("hostInterface", endpoint.hostInterface());
            row.put("netns", endpoint.netns());
            rows.add(row);
        }
        return Map.of("endpoints", rows);
    }

    /** Pools, endpoints, and how records, pools and kernel differ. */
    private Object ipam() throws IOException {
        List<Object> pools = new ArrayList<>();
        agent.view().pools().forEach((network, usages) -> usages.forEach(usage -> pools.add(Map.of("network", network, "subnet",
                usage.subnet().toString(), "capacity", usage.capacity(), "used", usage.used(), "cooling", usage.cooling()))));
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("pools", pools);
        document.putAll(endpoints());
        document.put("findings", agent.endpoints().audit().findings());
        return document;
    }

    private Object counters() throws IOException {
        AgentView view = agent.view();
        Map<String, String> meanings = new LinkedHashMap<>();
        for (CounterId id : CounterId.values()) {
            meanings.put(id.label(), id.description());
        }
        Map<String, String> drops = new LinkedHashMap<>();
        for (FirewallCounter counter : FirewallCounter.values()) {
            drops.put(counter.label(), counter.description());
        }
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("counters", Counters.sum(view.counters()));
        document.put("descriptions", meanings);
        document.put("firewall", agent.firewallDrops());
        document.put("firewallDescriptions", drops);
        return document;
    }

    private static String text(InetAddress address) {
        return address == null ? null : IpAddresses.format(address);
    }

    private static String address(java.net.InetSocketAddress address) {
        String host = IpAddresses.format(address.getAddress());
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + address.getPort();
    }

    private static Map<String, List<String>> subnets(Map<String, List<IpPrefix>> subnets) {
        Map<String, List<String>> texts = new LinkedHashMap<>();
        subnets.forEach((network, prefixes) -> texts.put(network, prefixes.stream().map(IpPrefix::toString).toList()));
        return texts;
    }
}
