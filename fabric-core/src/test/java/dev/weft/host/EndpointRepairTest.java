package dev.weft.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.endpoint.Endpoint;
import dev.weft.endpoint.EndpointKey;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What somebody removes by hand is named, and comes back. */
@RequiresRoot
class EndpointRepairTest {
    private static final Network RED = new Network("red", 1, List.of(IpPrefix.parse("10.42.0.0/16"), IpPrefix.parse("fd42::/48")), true);

    private final TestNamespaces namespaces = new TestNamespaces();
    private String host;
    private String container;
    private RouteSocket socket;
    private EndpointWiring wiring;
    private Endpoint endpoint;

    private static StoredEndpoint stored(Endpoint endpoint) {
        return StoredEndpoint.attached(endpoint, Map.of("cni-name", "web &=% net"));
    }

    @BeforeEach
    void attach() throws IOException {
        host = namespaces.add("h");
        container = namespaces.add("c");
        socket = TestNamespaces.in(host, RouteSocket::open);
        wiring = new EndpointWiring(socket, socket, List.of(RED), 65000, 1500);
        endpoint = new Endpoint(new EndpointKey("red", "c", "eth0"), 1, 2, "wf1x2", "02:00:00:00:00:02",
                (Inet4Address) IpAddresses.parse("10.42.1.2"), (Inet6Address) IpAddresses.parse("fd42:0:0:1::2"), path(), 0);
        wiring.attach(stored(endpoint), path());
    }

    @AfterEach
    void remove() throws IOException {
        socket.close();
        namespaces.close();
    }

    private String path() {
        return TestNamespaces.path(container);
    }

    private String state() {
        String state = "";
        for (String namespace : List.of(host, container)) {
            for (String what : List.of("addr", "route", "neigh")) {
                state += TestNamespaces.succeed("ip", "-n", namespace, "-o", what);
                state += TestNamespaces.succeed("ip", "-n", namespace, "-6", "-o", what);
            }
        }
        return state.replaceAll("[0-9]+: (eth0|wf1x2|lo)", "$1").replaceAll("@if[0-9]+| linkdown", "");
    }

    @Test
    void shouldFindNothingWrongWithWhatItMade() throws IOException {
        assertEquals(List.of(), wiring.differences(endpoint, path()));
        assertEquals(List.of(), wiring.differences(endpoint, null));
    }

    @ParameterizedTest
    @CsvSource({
        "host,link set wf1x2 down,interface wf1x2 is down on the host",
        "host,route del 10.42.1.2/32,route 10.42.1.2/32 dev wf1x2 is missing on the host",
        "host,-6 route del fd42:0:0:1::2/128,route fd42:0:0:1::2/128 dev wf1x2 is missing on the host",
        "host,neigh del 10.42.1.2 dev wf1x2,permanent neighbour 10.42.1.2",
        "container,link set eth0 down,interface eth0 is down in the container",
        "container,addr flush dev eth0,address 10.42.1.2 is missing from eth0",
        "container,-6 addr del fd42:0:0:1::2/128 dev eth0,address fd42:0:0:1::2 is missing from eth0",
        "container,route del default,route 0.0.0.0/0 dev eth0 is missing in the container",
        "container,route del 10.42.0.0/16,route 10.42.0.0/16 dev eth0 is missing in the container",
        "container,-6 route del fd42::/48,route fd42::/48 dev eth0 is missing in the container",
        "container,neigh del 169.254.1.1 dev eth0,permanent neighbour 169.254.1.1",
        "container,neigh del fe80::1 dev eth0,permanent neighbour fe80::1",
        "host,link del wf1x2,interface wf1x2 is missing on the host"})
    void shouldNameAndRepairWhatSomebodyRemoved(String where, String damage, String difference) throws IOException {
        String before = state();
        String[] arguments = ("ip -n " + (where.equals("host") ? host : container) + " " + damage).split(" ");
        TestNamespaces.succeed(arguments);
        List<String> found = wiring.differences(endpoint, path());
        assertTrue(found.stream().anyMatch(line -> line.contains(difference)), found.toString());
        wiring.repair(stored(endpoint), path());
        assertEquals(List.of(), wiring.differences(endpoint, path()));
        assertEquals(before, state());
    }

    @Test
    void shouldLeaveAloneWhatOthersAdded() throws IOException {
        TestNamespaces.succeed("ip", "-n", container, "addr", "add", "192.0.2.9/24", "dev", "eth0");
        TestNamespaces.succeed("ip", "-n", container, "route", "add", "198.51.100.0/24", "via", "192.0.2.1");
        String before = state();
        assertEquals(List.of(), wiring.differences(endpoint, path()));
        wiring.repair(stored(endpoint), path());
        assertEquals(before, state());
    }

    @Test
    void shouldRepairTheHostsSideWithoutTheContainer() throws IOException {
        String before = state();
        TestNamespaces.succeed("ip", "-n", host, "route", "del", "10.42.1.2/32");
        wiring.repair(stored(endpoint), null);
        assertEquals(before, state());
        TestNamespaces.succeed("ip", "-n", host, "link", "del", "wf1x2");
        assertTrue(assertThrows(IOException.class, () -> wiring.repair(stored(endpoint), null)).getMessage().contains("wf1x2"));
    }
}
