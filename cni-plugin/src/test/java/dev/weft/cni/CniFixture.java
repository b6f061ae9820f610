package dev.weft.cni;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.control.ControlRequest;
import dev.weft.control.ControlResponse;
import dev.weft.endpoint.EndpointException;
import dev.weft.endpoint.EndpointManager;
import dev.weft.endpoint.EndpointStore;
import dev.weft.endpoint.FakePlumbing;
import dev.weft.endpoint.MemoryStateFiles;
import dev.weft.endpoint.ProcNamespaces;
import dev.weft.ipam.HostPools;
import dev.weft.network.IpPrefix;
import dev.weft.network.Network;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** The handler over a kernel, a disk and a clock in memory. Namespaces are {@code /run/netns/...}; each name is one. */
final class CniFixture {
    static final String CONF = """
            {"cniVersion":"1.0.0","name":"net1","type":"weft"}""";
    static final Path SOCKET = Path.of("/run/test/agent.sock");

    final FakePlumbing kernel;
    final MemoryStateFiles disk;
    final AtomicLong nanos = new AtomicLong();
    final HostPools pools;
    final EndpointManager endpoints;
    final CniHandler handler;
    private final Map<String, Long> namespaces = new HashMap<>();

    CniFixture(Path spool, String... subnets) {
        this(spool, new FakePlumbing(), new MemoryStateFiles(), "boot", subnets);
    }

    private CniFixture(Path spool, FakePlumbing kernel, MemoryStateFiles disk, String boot, String... subnets) {
        this.kernel = kernel;
        this.disk = disk;
        pools = new HostPools(List.of(new Network("default", 1, List.of(), true), new Network("blue", 2, List.of(), true)), nanos::get);
        List<IpPrefix> prefixes = List.of(subnets).stream().map(IpPrefix::parse).toList();
        pools.setSubnets(Map.of("default", prefixes));
        endpoints = new EndpointManager(new EndpointStore(disk, boot), pools, kernel, this::inodeOf);
        handler = new CniHandler(endpoints, this::inodeOf, spool, SOCKET, 65_000);
    }

    static CniFixture started(Path spool, String... subnets) throws IOException {
        CniFixture fixture = new CniFixture(spool, subnets);
        fixture.endpoints.start();
        return fixture;
    }

    /** The next run of the agent, on the same disk, in the same kernel and with the same containers. */
    CniFixture restarted(Path spool, String boot, String... subnets) throws IOException {
        CniFixture next = new CniFixture(spool, kernel, disk, boot, subnets);
        next.namespaces.putAll(namespaces);
        next.endpoints.start();
        return next;
    }

    synchronized long inodeOf(String path) throws EndpointException {
        if (path.startsWith("/proc/")) {
            return new ProcNamespaces().inodeOf(path);
        }
        if (!path.contains("/run/netns/") || path.endsWith("nope")) {
            throw new EndpointException(EndpointException.Reason.NOT_A_NAMESPACE, path + " is not a network namespace");
        }
        return namespaces.computeIfAbsent(path.substring(path.indexOf("/run/")), p -> 4026532000L + namespaces.size());
    }

    void replaceNamespace(String path) {
        namespaces.put(path, 4026540000L + namespaces.size());
    }

    /**
     * @param json what is printed; a missing node for nothing
     */
    record Reply(int status, JsonNode json) {

        int code() {
            return json.path("code").asInt(0);
        }

        String message() {
            return json.path("msg").asText();
        }
    }

    Reply call(String command, String container, String netns, String ifName, String stdin) throws Exception {
        return call(Map.of("CNI_COMMAND", command, "CNI_CONTAINERID", container, "CNI_NETNS", netns, "CNI_IFNAME", ifName, "CNI_PATH",
                "/opt/cni/bin"), stdin.getBytes(StandardCharsets.UTF_8));
    }

    Reply add(String container, String stdin) throws Exception {
        return call("ADD", container, "/run/netns/" + container, "eth0", stdin);
    }

    Reply del(String container, String stdin) throws Exception {
        return call("DEL", container, "/run/netns/" + container, "eth0", stdin);
    }

    Reply check(String container, String stdin) throws Exception {
        return call("CHECK", container, "/run/netns/" + container, "eth0", stdin);
    }

    ControlRequest request(String command, String container, String netns, String ifName, String stdin) {
        return request(Map.of("CNI_COMMAND", command, "CNI_CONTAINERID", container, "CNI_NETNS", netns, "CNI_IFNAME", ifName, "CNI_PATH",
                "/opt/cni/bin"), stdin.getBytes(StandardCharsets.UTF_8));
    }

    private static ControlRequest request(Map<String, String> environment, byte[] stdin) {
        Map<String, String> headers = new HashMap<>();
        environment.forEach((name, value) -> headers.put(name.replace('_', '-'), latin1(value)));
        return new ControlRequest("POST", "/cni/v1", headers, stdin);
    }

    Reply call(Map<String, String> environment, byte[] stdin) throws Exception {
        ControlResponse response = handler.handle(request(environment, stdin));
        return new Reply(response.status(), Json.mapper().readTree(response.body()));
    }

    /** As the shim escapes and a server hands on header bytes. */
    private static String latin1(String value) {
        StringBuilder header = new StringBuilder();
        for (byte each : value.getBytes(StandardCharsets.UTF_8)) {
            int b = each & 0xFF;
            header.append(b <= ' ' || b == 0x7f || b == '%' ? String.format("%%%02x", b) : (char) b);
        }
        return header.toString();
    }
}
