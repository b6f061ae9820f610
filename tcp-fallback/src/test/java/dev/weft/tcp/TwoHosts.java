package dev.weft.tcp;

import dev.weft.agent.Agent;
import dev.weft.agent.config.AgentConfig;
import dev.weft.directory.Directory;
import dev.weft.directory.DirectoryEvent;
import dev.weft.directory.HostEntry;
import dev.weft.endpoint.AttachRequest;
import dev.weft.endpoint.EndpointKey;
import dev.weft.lane.LaneTransports;
import dev.weft.network.IpAddresses;
import dev.weft.network.IpPrefix;
import dev.weft.testing.TestNamespaces;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Two hosts as namespaces with a wire between them, a whole agent in each.
 *
 * <pre>
 *   container a1 -- host a ==== 192.0.2.0/24 ==== host b -- container b1
 * </pre>
 *
 * Both agents run in this JVM: a thread that is moved into a namespace passes it on to every thread it starts.
 */
final class TwoHosts implements AutoCloseable {
    final TestNamespaces namespaces = new TestNamespaces();
    final String hostA;
    final String hostB;
    private final Path state;
    private final int lanesA;
    private final int lanesB;
    Agent a;
    Agent b;

    TwoHosts(Path state, int lanesA, int lanesB) throws IOException {
        this.state = state;
        this.lanesA = lanesA;
        this.lanesB = lanesB;
        hostA = namespaces.add("a");
        hostB = namespaces.add("b");
        TestNamespaces.succeed("ip", "link", "add", "up0", "netns", hostA, "type", "veth", "peer", "name", "up0", "netns", hostB);
        wire(hostA, "192.0.2.1");
        wire(hostB, "192.0.2.2");
        startA();
        startB();
    }

    private static void wire(String host, String address) {
        TestNamespaces.succeed("ip", "-n", host, "addr", "add", address + "/24", "dev", "up0");
        TestNamespaces.succeed("ip", "-n", host, "link", "set", "up0", "up");
    }

    void startA() throws IOException {
        a = start("a", hostA, "192.0.2.1", lanesA);
    }

    void startB() throws IOException {
        b = start("b", hostB, "192.0.2.2", lanesB);
    }

    private Agent start(String id, String namespace, String address, int lanes) throws IOException {
        AgentConfig plain = AgentConfig.of(id, IpAddresses.parse(address), state.resolve("unused"));
        AgentConfig config = new AgentConfig(id, plain.underlay(), plain.port(), plain.directoryFile(), lanes, state.resolve(id),
                plain.socket(), plain.tun(), plain.networks(), Duration.ZERO, plain.session(), plain.rdma());
        LaneTransports transports = new LaneTransports(new TcpTransport(), null);
        return TestNamespaces.in(namespace, () -> Agent.start(config, transports, new FixedDirectory(lanes)));
    }

    /** Attaches a container to a host. @return its namespace */
    String attach(Agent agent, String id) throws Exception {
        String container = namespaces.add(id);
        String path = TestNamespaces.path(container);
        agent.endpoints().attach(new AttachRequest(new EndpointKey("default", id, "eth0"), path, path, List.of(), false, null, Map.of()));
        return container;
    }

    @Override
    public void close() {
        a.close();
        b.close();
        namespaces.close();
    }

    /** The two hosts, known from the start. */
    private record FixedDirectory(int lanes) implements Directory {
        @Override
        public void watch(Consumer<DirectoryEvent> listener) {
            listener.accept(new DirectoryEvent.Added(1, entry("a", "192.0.2.1", 1)));
            listener.accept(new DirectoryEvent.Added(1, entry("b", "192.0.2.2", 2)));
            listener.accept(new DirectoryEvent.Synced(1));
        }

        private static HostEntry entry(String id, String address, int number) {
            List<IpPrefix> subnets = List.of(IpPrefix.parse("10.42." + number + ".0/24"), IpPrefix.parse("fd42:0:0:" + number + "::/64"));
            return new HostEntry(id, new InetSocketAddress(IpAddresses.parse(address), AgentConfig.DEFAULT_PORT),
                    Map.of("default", subnets));
        }

        @Override
        public void close() {
            // Nothing is watched.
        }
    }
}
