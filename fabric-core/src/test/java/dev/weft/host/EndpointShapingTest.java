package dev.weft.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.endpoint.Endpoint;
import dev.weft.endpoint.EndpointKey;
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
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bandwidth limits on a real kernel: they hold, they come back, they leave nothing. */
@RequiresRoot
class EndpointShapingTest {
    private static final Network RED = new Network("red", 1, List.of(IpPrefix.parse("10.42.0.0/16")), true);
    private static final long BYTES_PER_SECOND = 2_500_000; // 20 Mbit/s
    private static final int TRANSFER_BYTES = 4 << 20;
    private static final Rate LIMIT = new Rate(BYTES_PER_SECOND, 0);

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
        TestNamespaces.succeed("ip", "-n", host, "addr", "add", "10.42.1.1/32", "dev", "lo");
        socket = TestNamespaces.in(host, RouteSocket::open);
        wiring = new EndpointWiring(socket, socket, List.of(RED), 65000, 1500);
    }

    @AfterEach
    void remove() throws IOException {
        socket.close();
        namespaces.close();
    }

    private Endpoint attach(EndpointSettings settings) throws IOException {
        Endpoint endpoint = new Endpoint(new EndpointKey("red", "c", "eth0"), 1, 2, "wf1x2", "02:00:00:00:00:02",
                (Inet4Address) IpAddresses.parse("10.42.1.2"), null, path(), 0, settings);
        wiring.attach(stored(endpoint), path());
        return endpoint;
    }

    private String path() {
        return TestNamespaces.path(container);
    }

    /** Seconds that a transfer over TCP takes. */
    private double secondsOf(String from, String to, String toAddress) throws IOException {
        try (ServerSocketChannel server = TestNamespaces.in(to, () -> ServerSocketChannel.open()
                .bind(new InetSocketAddress(IpAddresses.parse(toAddress), 0)));
                SocketChannel sender = TestNamespaces.in(from, () -> SocketChannel.open(server.getLocalAddress()));
                SocketChannel receiver = server.accept()) {
            Thread sending = Thread.ofPlatform().start(() -> send(sender));
            long begin = System.nanoTime();
            ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
            int received = 0;
            for (int n = 0; n >= 0; n = receiver.read(buffer.clear())) {
                received += n;
            }
            double seconds = (System.nanoTime() - begin) / 1e9;
            sending.join();
            assertEquals(TRANSFER_BYTES, received);
            return seconds;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void send(SocketChannel sender) {
        try {
            ByteBuffer bytes = ByteBuffer.allocate(TRANSFER_BYTES);
            while (bytes.hasRemaining()) {
                sender.write(bytes);
            }
            sender.shutdownOutput();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private double toContainer() throws IOException {
        return secondsOf(host, container, "10.42.1.2");
    }

    private double fromContainer() throws IOException {
        return secondsOf(container, host, "10.42.1.1");
    }

    /** Of a transfer at the limit, less what the bucket lets pass at once. */
    private static double secondsAtLimit() {
        return (double) (TRANSFER_BYTES - EndpointShaping.MIN_BURST_BYTES) / BYTES_PER_SECOND;
    }

    @Test
    void shouldLimitWhatFlowsToTheContainerAndNotWhatItSends() throws IOException {
        attach(new EndpointSettings(0, LIMIT, null));
        double limited = toContainer();
        assertTrue(limited > 0.9 * secondsAtLimit(), "seconds " + limited);
        assertTrue(fromContainer() < limited, "the other way is not limited");
    }

    @Test
    void shouldLimitWhatTheContainerSendsAndNotWhatItReceives() throws IOException {
        attach(new EndpointSettings(0, null, LIMIT));
        double limited = fromContainer();
        assertTrue(limited > 0.9 * secondsAtLimit(), "seconds " + limited);
        assertTrue(toContainer() < limited, "the other way is not limited");
    }

    @Test
    void shouldLeaveNothingBehind() throws IOException {
        String before = TestNamespaces.succeed("ip", "-n", host, "-o", "link") + TestNamespaces.succeed("tc", "-n", host, "qdisc");
        Endpoint endpoint = attach(new EndpointSettings(0, LIMIT, LIMIT));
        assertTrue(TestNamespaces.succeed("ip", "-n", host, "link").contains("wb1x2"));
        wiring.detach(endpoint);
        wiring.detach(endpoint);
        assertEquals(before, TestNamespaces.succeed("ip", "-n", host, "-o", "link") + TestNamespaces.succeed("tc", "-n", host, "qdisc"));
    }

    @Test
    void shouldRemoveTheBlockOfAnEndpointWhoseNamespaceDied() throws IOException {
        Endpoint endpoint = attach(new EndpointSettings(0, null, LIMIT));
        namespaces.remove(container);
        wiring.detach(endpoint);
        assertTrue(!TestNamespaces.succeed("ip", "-n", host, "link").contains("wb1x2"));
    }

    @ParameterizedTest
    @CsvSource({
        "tc -n HOST qdisc del dev wf1x2 root,limit of 2500000 bytes/s to the container",
        "tc -n HOST qdisc replace dev wf1x2 root tbf rate 1mbit burst 128k latency 50ms,limit of 2500000 bytes/s to the container",
        "tc -n HOST qdisc del dev wb1x2 root,limit of 2500000 bytes/s from the container",
        "tc -n HOST qdisc del dev wf1x2 ingress,filter from wf1x2 to wb1x2 is missing",
        "tc -n HOST filter del dev wf1x2 ingress,filter from wf1x2 to wb1x2 is missing",
        "ip -n HOST link set wb1x2 down,interface wb1x2 is missing or down"})
    void shouldNameAndRepairWhatSomebodyChanged(String damage, String difference) throws IOException {
        Endpoint endpoint = attach(new EndpointSettings(0, LIMIT, LIMIT));
        assertEquals(List.of(), wiring.differences(endpoint, path()));
        TestNamespaces.succeed(damage.replace("HOST", host).split(" "));
        List<String> found = wiring.differences(endpoint, path());
        assertTrue(found.stream().anyMatch(line -> line.contains(difference)), found.toString());
        wiring.repair(stored(endpoint), path());
        assertEquals(List.of(), wiring.differences(endpoint, path()));
    }

    @Test
    void shouldTakeAnMtuOfTheEndpointsOwn() throws IOException {
        attach(new EndpointSettings(1400, null, null));
        String link = TestNamespaces.succeed("ip", "-n", container, "link", "show", "eth0");
        assertTrue(link.contains("mtu 1400"), link);
        String routes = TestNamespaces.succeed("ip", "-n", container, "route");
        assertTrue(!routes.contains("mtu 65000") && routes.contains("mtu 1400"), routes);
    }
}
