package dev.weft.messaging;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.agent.AgentView;
import dev.weft.control.ControlHandler;
import dev.weft.control.ControlRequest;
import dev.weft.control.ControlResponse;
import dev.weft.network.IpAddresses;
import dev.weft.network.IpPrefix;
import dev.weft.peer.Peers;
import dev.weft.session.SessionStatus;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

/** {@code GET /v1/messaging}: every driver with its streams. */
final class MessagingStatus implements ControlHandler {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final List<AeronPlane.Place> places;
    private final Supplier<AgentView> view;

    MessagingStatus(List<AeronPlane.Place> places, Supplier<AgentView> view) {
        this.places = places;
        this.view = view;
    }

    @Override
    public String path() {
        return "/v1/messaging";
    }

    @Override
    public ControlResponse handle(ControlRequest request) throws IOException {
        if (!request.method().equals("GET")) {
            return new ControlResponse(405, JSON.writeValueAsBytes(Map.of("error", path() + " answers GET only")));
        }
        AgentView now = view.get();
        List<Object> rows = new ArrayList<>();
        for (AeronPlane.Place place : places) {
            rows.add(driver(place, address -> pathTo(now, address)));
        }
        return new ControlResponse(200, JSON.writeValueAsBytes(Map.of("drivers", rows)));
    }

    private static Map<String, Object> driver(AeronPlane.Place place, Function<String, String> paths) throws IOException {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("network", place.network.network());
        row.put("endpoint", place.only == null ? null : IpAddresses.format(place.only));
        row.put("directory", MessagingDirectory.aeron(place.mount).toString());
        row.put("mode", place.network.mode().name().toLowerCase(Locale.ROOT));
        row.put("mtu", place.network.mtu());
        row.put("termLength", place.network.termLength());
        row.put("restarts", place.restarts);
        row.put("problem", place.problem);
        NetworkDriver driver = place.driver;
        if (driver != null) {
            FileStore store = Files.getFileStore(place.mount);
            row.put("memoryBytes", store.getTotalSpace());
            row.put("memoryUsedBytes", store.getTotalSpace() - store.getUsableSpace());
            row.put("sockets", driver.sockets().size());
            row.put("droppedDatagrams", driver.dropped());
            row.put("strangeFrames", driver.strange());
            row.put("strangersFrames", driver.strangers());
            row.putAll(new StreamsReport(driver.media().context().countersManager(), paths).read());
        }
        return row;
    }

    /** What carries frames to an address: {@code local}, or the peer and its path. */
    static String pathTo(AgentView view, String address) {
        InetAddress target;
        try {
            target = IpAddresses.parse(address);
        } catch (IllegalArgumentException e) {
            return "?";
        }
        for (Peers.Peer peer : view.peers()) {
            for (List<IpPrefix> subnets : peer.entry().subnets().values()) {
                if (subnets.stream().anyMatch(subnet -> subnet.contains(target))) {
                    return peer.entry().id() + "/" + view.sessions().stream().filter(session -> session.peer().equals(peer.entry().id()))
                            .map(SessionStatus::path).findFirst().orElse("none");
                }
            }
        }
        return view.own() != null && view.own().subnets().values().stream().flatMap(List::stream)
                .anyMatch(subnet -> subnet.contains(target)) ? "local" : "none";
    }
}
