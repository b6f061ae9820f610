package dev.weft.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.endpoint.Endpoint;
import dev.weft.endpoint.EndpointKey;
import dev.weft.endpoint.EndpointPlumbing;
import dev.weft.endpoint.StoredEndpoint;
import dev.weft.linux.NetworkNamespace;
import dev.weft.linux.RouteSocket;
import dev.weft.network.IpAddresses;
import dev.weft.network.IpPrefix;
import dev.weft.network.Network;
import dev.weft.testing.RequiresRoot;
import dev.weft.testing.TestNamespaces.Outcome;
import dev.weft.testing.TestNamespaces;
import dev.weft.tun.TunQueue;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One host as a namespace, its containers as further ones, a real kernel between them. */
@RequiresRoot
class HostNetworkTest {
    private static final Network RED = new Network("red", 1, List.of(IpPrefix.parse("10.42.0.0/16"), IpPrefix.parse("fd42::/48")), true);
    private static final Network BLUE = new Network("blue", 0x2b, List.of(IpPrefix.parse("10.43.0.0/16")), true);
    private static final List<Network> NETWORKS = List.of(RED, BLUE);
    private static final Map<String, List<IpPrefix>> SUBNETS = Map.of("red",
            List.of(IpPrefix.parse("10.42.1.0/24"), IpPrefix.parse("fd42:0:0:1::/64")), "blue", List.of(IpPrefix.parse("10.43.1.0/24")));

    private final TestNamespaces namespaces = new TestNamespaces();
    private String host;
    private RouteSocket socket;
    private HostNetwork network;
    private TunQueue tun;
    private EndpointWiring wiring;

    private static StoredEndpoint stored(Endpoint endpoint) {
        return StoredEndpoint.attached(endpoint, Map.of("cni-name", "web &=% net"));
    }

    @BeforeEach
    void prepare() throws IOException {
        host = namespaces.add("h");
        socket = TestNamespaces.in(host, RouteSocket::open);
        tun = TestNamespaces.in(host, () -> TunQueue.open("weft0"));
        bringUp();
        wiring = new EndpointWiring(socket, socket, NETWORKS, 65000, 1500);
    }

    @AfterEach
    void remove() throws IOException {
        tun.close();
        socket.close();
        namespaces.close();
    }

    private Map<String, ?> bringUp() throws IOException {
        return TestNamespaces.in(host, () -> {
            network = new HostNetwork(socket, "weft0", 65000, 5000, NETWORKS);
            network.prepare();
            return network.own(SUBNETS);
        });
    }

    private static Endpoint endpoint(Network network, int slot, String ipv4, String ipv6, String netns) {
        return new Endpoint(new EndpointKey(network.name(), "c" + slot, "eth0"), network.vni(), slot,
                "wf" + Integer.toHexString(network.vni()) + "x" + slot, "02:00:00:00:00:0" + slot,
                (Inet4Address) IpAddresses.parse(ipv4), ipv6 == null ? null : (Inet6Address) IpAddresses.parse(ipv6),
                TestNamespaces.path(netns), 0);
    }

    private String attach(Network network, int slot, String ipv4, String ipv6) throws IOException {
        String container = namespaces.add("c" + slot);
        wiring.attach(stored(endpoint(network, slot, ipv4, ipv6, container)), TestNamespaces.path(container));
        return container;
    }

    /** Waits long for the first answer: the machine may be busy. */
    private static boolean reaches(String from, String to) {
        return TestNamespaces.exec(from, "ping", "-c", "1", "-w", "20", to).status() == 0;
    }

    private static boolean pings(String from, String to) {
        return TestNamespaces.exec(from, "ping", "-c", "1", "-W", "2", to).status() == 0;
    }

    private String hostState() {
        return TestNamespaces.succeed("ip", "-n", host, "-o", "addr") + TestNamespaces.succeed("ip", "-n", host, "route")
                + TestNamespaces.succeed("ip", "-n", host, "-6", "route").replace(" linkdown", "");
    }

    @Test
    void shouldLetTwoContainersOfOneNetworkTalkAndReachTheHost() throws IOException {
        String first = attach(RED, 2, "10.42.1.2", "fd42:0:0:1::2");
        String second = attach(RED, 3, "10.42.1.3", "fd42:0:0:1::3");
        assertTrue(reaches(first, "10.42.1.3"));
        assertTrue(reaches(second, "fd42:0:0:1::2"));
        assertTrue(reaches(first, "10.42.1.1"));
        String routes = TestNamespaces.succeed("ip", "-n", first, "route");
        assertTrue(routes.contains("10.42.0.0/16 via 169.254.1.1") && routes.contains("mtu 65000"), routes);
        assertTrue(routes.contains("default via 169.254.1.1"), routes);
    }

    /** Each asks once, as soon as it is attached, and is answered by one that was attached just before. */
    @Test
    void shouldLoseNotEvenTheFirstPacket() throws IOException {
        attach(RED, 2, "10.42.1.2", "fd42:0:0:1::2");
        for (int slot = 3; slot < 9; slot++) {
            String next = attach(RED, slot, "10.42.1." + slot, "fd42:0:0:1::" + slot);
            String before = slot % 2 == 0 ? "10.42.1." + (slot - 1) : "fd42:0:0:1::" + (slot - 1);
            TestNamespaces.Outcome answer = TestNamespaces.exec(next, "ping", "-c", "1", "-W", "20", before);
            assertEquals(0, answer.status(), answer.output());
        }
    }

    @Test
    void shouldKeepNetworksApart() throws IOException {
        String red = attach(RED, 2, "10.42.1.2", null);
        String blue = attach(BLUE, 3, "10.43.1.3", null);
        assertFalse(pings(red, "10.43.1.3"));
        assertFalse(pings(blue, "10.42.1.2"));
    }

    @Test
    void shouldDropASourceThatIsNotTheEndpoints() throws IOException {
        String honest = attach(RED, 2, "10.42.1.2", "fd42:0:0:1::2");
        String spoofer = attach(RED, 3, "10.42.1.3", "fd42:0:0:1::3");
        TestNamespaces.exec(spoofer, "ip", "addr", "add", "10.42.1.77/32", "dev", "eth0");
        TestNamespaces.exec(spoofer, "ip", "-6", "addr", "add", "fd42:0:0:1::77/128", "dev", "eth0", "nodad");
        assertTrue(reaches(spoofer, "10.42.1.2"));
        assertFalse(TestNamespaces.exec(spoofer, "ping", "-c", "2", "-i", "0.2", "-W", "1", "-I", "10.42.1.77", "10.42.1.2").status() == 0);
        TestNamespaces.exec(spoofer, "ping", "-c", "1", "-W", "1", "-I", "fd42:0:0:1::77", "fd42:0:0:1::2");
        assertEquals(3L, TestNamespaces.in(host, network::firewallDrops).get("red").get("foreign_source"));
        bringUp();
        assertEquals(3L, TestNamespaces.in(host, network::firewallDrops).get("red").get("foreign_source"),
                "counters outlive the rules");
        assertTrue(reaches(honest, "10.42.1.3"));
    }

    @Test
    void shouldPutBackRulesAddressesAndRoutesThatSomebodyRemovedAndLeaveOthersAlone() throws IOException {
        TestNamespaces.exec(host, "nft", "add", "table", "inet", "somebody");
        TestNamespaces.succeed("ip", "-n", host, "route", "add", "blackhole", "203.0.113.0/24");
        String state = hostState();
        String rules = TestNamespaces.exec(host, "nft", "list", "ruleset").output();
        for (String damage : List.of("route del 10.42.0.0/16", "addr del 10.42.1.1/32 dev weft0", "-6 route del fd42::/48",
                "link set weft0 mtu 1500")) {
            TestNamespaces.succeed(("ip -n " + host + " " + damage).split(" "));
        }
        TestNamespaces.exec(host, "nft", "delete", "table", "inet", "weft-1");
        bringUp();
        assertEquals(sorted(state), sorted(hostState()));
        assertEquals(sorted(rules), sorted(TestNamespaces.exec(host, "nft", "list", "ruleset").output()));
        assertTrue(TestNamespaces.succeed("ip", "-n", host, "link", "show", "weft0").contains("mtu 65000"));
    }

    private static List<String> sorted(String lines) {
        return lines.lines().map(String::strip).sorted().toList();
    }

    @Test
    void shouldChangeNothingWhenDoneAgain() throws IOException {
        String container = attach(RED, 2, "10.42.1.2", "fd42:0:0:1::2");
        String before = hostState();
        bringUp();
        wiring.repair(stored(endpoint(RED, 2, "10.42.1.2", "fd42:0:0:1::2", container)), TestNamespaces.path(container));
        assertEquals(before, hostState());
    }

    @Test
    void shouldGiveUpSubnetsThatAreNoLongerItsOwn() throws IOException {
        attach(RED, 2, "10.42.1.2", null);
        TestNamespaces.in(host, () -> new HostNetwork(socket, "weft0", 65000, 5000, NETWORKS)
                .own(Map.of("red", List.of(IpPrefix.parse("10.42.9.0/24")))));
        String state = hostState();
        assertTrue(state.contains("10.42.9.1/32") && state.contains("unreachable 10.42.9.0/24"), state);
        assertFalse(state.contains("10.42.1.1/32") || state.contains("unreachable 10.42.1.0/24") || state.contains("fd42:0:0:1::1"), state);
        assertTrue(state.contains("10.42.1.2 dev wf1x2"), "an endpoint keeps its route: " + state);
    }

    @Test
    void shouldLeaveNothingBehindAfterDetachAndBearBeingAskedTwice() throws IOException {
        String before = hostState();
        String container = attach(RED, 2, "10.42.1.2", "fd42:0:0:1::2");
        Endpoint endpoint = endpoint(RED, 2, "10.42.1.2", "fd42:0:0:1::2", container);
        assertTrue(wiring.present(endpoint));
        wiring.detach(endpoint);
        wiring.detach(endpoint);
        assertFalse(wiring.present(endpoint));
        assertEquals(before, hostState());
    }

    @Test
    void shouldRefuseATakenInterfaceNameAndLeaveItAlone() throws IOException {
        String container = namespaces.add("c2");
        TestNamespaces.succeed("ip", "-n", container, "link", "add", "eth0", "mtu", "1234", "type", "veth", "peer", "name", "p0");
        String before = hostState();
        Endpoint endpoint = endpoint(RED, 2, "10.42.1.2", null, container);
        assertThrows(EndpointPlumbing.InterfaceExistsException.class,
                () -> wiring.attach(stored(endpoint), TestNamespaces.path(container)));
        assertTrue(TestNamespaces.succeed("ip", "-n", container, "-d", "link", "show", "eth0").contains("mtu 1234"));
        assertEquals(before, hostState());
    }

    @Test
    void shouldUndoEverythingWhenAStepFails() throws IOException {
        String container = namespaces.add("c2");
        String before = hostState();
        Endpoint broken = new Endpoint(new EndpointKey("red", "c", "eth0"), 1, 2, "wf1x2", "01:00:00:00:00:01", // a multicast MAC
                (Inet4Address) IpAddresses.parse("10.42.1.2"), null, TestNamespaces.path(container), 0);
        IOException failure = assertThrows(IOException.class, () -> wiring.attach(stored(broken), TestNamespaces.path(container)));
        assertTrue(failure.getMessage().contains("wf1x2"), failure.getMessage());
        assertEquals(before, hostState());
        assertFalse(TestNamespaces.succeed("ip", "-n", container, "link").contains("eth0"));
    }

    @Test
    void shouldRefuseWhatIsNoNamespaceWithoutWaiting(@TempDir Path directory) throws IOException {
        Path fifo = directory.resolve("fifo");
        TestNamespaces.succeed("mkfifo", fifo.toString());
        for (String path : List.of(fifo.toString(), directory.toString(), "/etc/passwd", "/proc/self/ns/../cmdline")) {
            IOException failure = assertThrows(IOException.class, () -> NetworkNamespace.open(path));
            assertTrue(failure.getMessage().contains("not a network namespace"), failure.getMessage());
        }
        assertThrows(IOException.class, () -> NetworkNamespace.open(directory.resolve("missing").toString()));
    }

    @Test
    void shouldKeepDeviceAddressesAndRoutesWhenTheQueueIsClosedAndAttachAgain() throws IOException {
        String before = TestNamespaces.succeed("ip", "-n", host, "-o", "-4", "addr");
        tun.close();
        assertEquals(before, TestNamespaces.succeed("ip", "-n", host, "-o", "-4", "addr"));
        tun = TestNamespaces.in(host, () -> TunQueue.open("weft0"));
        bringUp();
        Outcome routes = TestNamespaces.exec(host, "ip", "route", "get", "10.42.200.1");
        assertTrue(routes.output().contains("dev weft0"), routes.output());
    }

    @Test
    void shouldSayWhatIsWrongWithAForeignDevice() throws IOException {
        TestNamespaces.succeed("ip", "-n", host, "tuntap", "add", "dev", "other0", "mode", "tap");
        IOException failure = assertThrows(IOException.class, () -> TestNamespaces.in(host, () -> TunQueue.open("other0")));
        assertTrue(failure.getMessage().contains("other flags"), failure.getMessage());
        assertThrows(IOException.class, () -> TunQueue.open("a-name-that-is-too-long"));
    }
}
