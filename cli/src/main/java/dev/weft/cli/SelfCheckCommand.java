package dev.weft.cli;

import dev.weft.agent.config.AgentConfigLoader;
import dev.weft.agent.config.ConfigException;
import dev.weft.counters.Counters;
import dev.weft.directory.HostsFile;
import dev.weft.lane.Lane;
import dev.weft.lane.LaneConfig;
import dev.weft.lane.LaneEvents;
import dev.weft.lane.LaneTransports;
import dev.weft.link.LinkKind;
import dev.weft.link.LinkTransport;
import dev.weft.linux.Descriptors;
import dev.weft.linux.Errno;
import dev.weft.linux.RouteSocket;
import dev.weft.network.IpAddresses;
import dev.weft.session.LocalHost;
import dev.weft.session.RdmaPolicy;
import dev.weft.session.RemoteHost;
import dev.weft.session.SessionConfig;
import dev.weft.tun.PacketQueue;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code weft self-check}: whether an agent could run here. Needs no privilege and changes nothing: two lanes without a TUN device greet
 * each other over loopback. The wrapper also uses it to train the start-up cache, since it touches what an agent's start touches.
 */
@Command(name = "self-check", description = "Check what this machine has for an agent, changing nothing")
final class SelfCheckCommand implements Callable<Integer> {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "show this help")
    private boolean help;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, ConfigException {
        PrintWriter out = spec.commandLine().getOut();
        boolean ok = true;
        for (LinkTransport transport : ServiceLoader.load(LinkTransport.class)) {
            LinkTransport.Availability availability = transport.availability();
            out.println(transport.kind().label() + " links: " + (availability.available() ? "available: " : "not available: ")
                    + availability.reason());
            ok &= availability.available() || transport.kind() != LinkKind.TCP;
        }
        AgentConfigLoader.parse(Path.of("sample"), "host: a\nunderlay: 127.0.0.1\ndirectory: {file: /nowhere}\n");
        new HostsFile(List.of(), 1).parse("hosts: [{id: a, address: 127.0.0.1, subnets: [10.42.1.0/24]}]");
        try (RouteSocket socket = RouteSocket.open()) {
            out.println("rtnetlink: answers, " + dev.weft.linux.NetlinkView.links(socket).size() + " interfaces");
        }
        boolean greeted = greet();
        out.println("lanes: " + (greeted ? "two lanes greeted each other over loopback" : "no session over loopback"));
        out.flush();
        return ok && greeted ? 0 : 1;
    }

    private static boolean greet() throws IOException {
        InetSocketAddress first = freePort();
        InetSocketAddress second = freePort();
        try (Lane a = lane("a", first); Lane b = lane("b", second)) {
            a.start();
            b.start();
            a.addPeer(new RemoteHost(0, "b", second));
            b.addPeer(new RemoteHost(0, "a", first));
            long deadline = System.nanoTime() + PATIENCE_NANOS;
            while (System.nanoTime() - deadline < 0) {
                if (a.status().join().stream().anyMatch(session -> session.state().equals("established"))) {
                    return Counters.sum(List.of(a.counters())).get("sessions_established") == 1;
                }
                Thread.onSpinWait();
            }
            return false;
        }
    }

    private static InetSocketAddress freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return new InetSocketAddress(IpAddresses.parse("127.0.0.1"), socket.getLocalPort());
        }
    }

    private static Lane lane(String id, InetSocketAddress address) throws IOException {
        SessionConfig session = new SessionConfig(200_000_000L, 1_000_000_000L, 5_000_000_000L, 20_000_000L, 1_000_000_000L, 80_000_000L,
                300_000_000_000L);
        LaneConfig config = new LaneConfig(0, new LocalHost(id, 1, 1, 65_000, address), session,
                peer -> RdmaPolicy.FORBID, 0);
        return new Lane(config, new NoQueue(), new LaneTransports(AgentCommand.transports().tcp(), null), LaneEvents.NONE);
    }

    /** A queue in which there is never a packet. */
    private static final class NoQueue implements PacketQueue {
        private final int event;

        NoQueue() throws IOException {
            event = Descriptors.openEvent();
        }

        @Override
        public int fd() {
            return event;
        }

        @Override
        public int read(long address, int capacity) {
            return -Errno.EAGAIN;
        }

        @Override
        public int write(long address, int length) {
            return length;
        }

        @Override
        public void close() {
            try {
                Descriptors.close(event);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }
}
