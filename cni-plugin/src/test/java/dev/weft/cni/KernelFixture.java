package dev.weft.cni;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.control.ControlRequest;
import dev.weft.control.ControlResponse;
import dev.weft.endpoint.DiskStateFiles;
import dev.weft.endpoint.EndpointManager;
import dev.weft.endpoint.EndpointStore;
import dev.weft.endpoint.ProcNamespaces;
import dev.weft.host.EndpointWiring;
import dev.weft.ipam.HostPools;
import dev.weft.linux.RouteSocket;
import dev.weft.network.IpPrefix;
import dev.weft.network.Network;
import dev.weft.testing.TestNamespaces;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The handler over a real kernel and a real disk: one host and one container as network namespaces. */
final class KernelFixture implements AutoCloseable {
    private static final List<Network> NETWORKS = List.of(new Network("default", 1,
            List.of(IpPrefix.parse("10.42.0.0/16"), IpPrefix.parse("fd42::/48")), true));

    final TestNamespaces namespaces = new TestNamespaces();
    final String host;
    final String container;
    final EndpointManager endpoints;
    private final RouteSocket socket;
    private final CniHandler handler;

    KernelFixture(Path directory) throws IOException {
        host = namespaces.add("h");
        container = namespaces.add("c");
        socket = TestNamespaces.in(host, RouteSocket::open);
        HostPools pools = new HostPools(NETWORKS, System::nanoTime);
        pools.setSubnets(Map.of("default", List.of(IpPrefix.parse("10.42.1.0/24"), IpPrefix.parse("fd42:0:0:1::/64"))));
        ProcNamespaces real = new ProcNamespaces();
        endpoints = new EndpointManager(new EndpointStore(new DiskStateFiles(directory.resolve("endpoints")), "boot"), pools,
                new EndpointWiring(socket, socket, NETWORKS, 65_000, 1_500), real);
        endpoints.start();
        handler = new CniHandler(endpoints, real, directory.resolve("spool"), CniFixture.SOCKET, 65_000);
    }

    /** The code of a verb for the container, 0 for success, and its text. */
    CniFixture.Reply call(String command, String netns, String members) throws Exception {
        String conf = "{\"cniVersion\":\"1.0.0\",\"name\":\"net1\"" + members + "}";
        ControlResponse response = handler.handle(new ControlRequest("POST", "/cni/v1", Map.of("Cni-Command", command, "Cni-Containerid",
                "a", "Cni-Netns", netns, "Cni-Ifname", "eth0", "Cni-Path", "/opt/cni/bin"), conf.getBytes(StandardCharsets.UTF_8)));
        JsonNode answer = Json.mapper().readTree(response.body());
        return new CniFixture.Reply(response.status(), answer);
    }

    CniFixture.Reply call(String command) throws Exception {
        return call(command, TestNamespaces.path(container), "");
    }

    /** What {@code ip} says in a namespace. */
    static String ip(String namespace, String arguments) {
        return TestNamespaces.succeed(("ip -n " + namespace + " " + arguments).split(" "));
    }

    @Override
    public void close() throws IOException {
        socket.close();
        namespaces.close();
    }
}
