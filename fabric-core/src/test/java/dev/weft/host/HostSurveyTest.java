package dev.weft.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.endpoint.Endpoint;
import dev.weft.endpoint.EndpointKey;
import dev.weft.endpoint.EndpointPlumbing.Remains;
import dev.weft.endpoint.EndpointSettings.Rate;
import dev.weft.endpoint.EndpointSettings;
import dev.weft.endpoint.StoredEndpoint;
import dev.weft.linux.RouteSocket;
import dev.weft.network.IpAddresses;
import dev.weft.network.IpPrefix;
import dev.weft.network.Network;
import dev.weft.testing.RequiresRoot;
import dev.weft.testing.TestNamespaces;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a real kernel tells of endpoints whose records are lost, and whose interfaces are not ours at all. */
@RequiresRoot
class HostSurveyTest {
    private static final Network RED = new Network("red", 1, List.of(IpPrefix.parse("10.42.0.0/16"), IpPrefix.parse("fd42::/48")), true);

    private final TestNamespaces namespaces = new TestNamespaces();
    private String host;
    private String container;
    private RouteSocket socket;
    private EndpointWiring wiring;

    private static StoredEndpoint stored(Endpoint endpoint) {
        return StoredEndpoint.attached(endpoint, Map.of("cni-name", "web &=% net"));
    }

    @BeforeEach
    void prepare() throws IOException {
        host = namespaces.add("h");
        container = namespaces.add("c");
        socket = TestNamespaces.in(host, RouteSocket::open);
        wiring = new EndpointWiring(socket, socket, List.of(RED), 65000, 1500);
    }

    @AfterEach
    void remove() throws IOException {
        socket.close();
        namespaces.close();
    }

    private Endpoint endpoint(String containerId) {
        return new Endpoint(new EndpointKey("red", containerId, "eth0"), 1, 0x2b, "wf1x2b", "02:00:00:00:00:02",
                (Inet4Address) IpAddresses.parse("10.42.1.2"), (Inet6Address) IpAddresses.parse("fd42:0:0:1::2"),
                TestNamespaces.path(container), 4026532999L, new EndpointSettings(1400, null, new Rate(1_000_000, 0)));
    }

    @Test
    void shouldRebuildAnEndpointFromItsInterface() throws IOException {
        Endpoint endpoint = endpoint("c");
        wiring.attach(stored(endpoint), endpoint.netns());
        assertEquals(List.of(new Remains("wf1x2b", 1, 0x2b, stored(endpoint), endpoint.addresses())), wiring.survey());
    }

    @Test
    void shouldNameTheAddressesOfAnEndpointThatSaysTooLittle() throws IOException {
        Endpoint endpoint = endpoint("c".repeat(300));
        wiring.attach(stored(endpoint), endpoint.netns());
        Remains remains = wiring.survey().getFirst();
        assertNull(remains.stored());
        assertEquals(endpoint.addresses(), remains.addresses());
    }

    @Test
    void shouldTakeNobodyElsesInterfaceForItsOwn() throws IOException {
        TestNamespaces.succeed("ip", "-n", host, "link", "add", "wf1x2b", "type", "veth", "peer", "name", "p0");
        TestNamespaces.succeed("ip", "-n", host, "link", "set", "wf1x2b", "alias",
                "weft2 red c eth0 1 0,-,- cni-name=x /run/netns/x"); // somebody pretends
        assertNull(wiring.survey().getFirst().stored());
        Endpoint endpoint = endpoint("c");
        assertFalse(wiring.present(endpoint));
        assertThrows(IOException.class, () -> wiring.attach(stored(endpoint), endpoint.netns()));
        wiring.detach(endpoint);
        assertTrue(TestNamespaces.succeed("ip", "-n", host, "link").contains("wf1x2b"), "still there");
        assertFalse(TestNamespaces.succeed("ip", "-n", container, "link").contains("eth0"));
    }
}
