package dev.weft.perf.transport;

import dev.weft.link.LaneTransport;
import dev.weft.link.Link;
import dev.weft.link.LinkKind;
import dev.weft.link.LinkListener;
import dev.weft.link.LinkTransport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Locale;
import java.util.ServiceLoader;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/**
 * The links agents have between them, from process to process. Option {@code kind}: {@code rdma}, {@code tcp}, or by default RDMA where the
 * server has it. The address is {@code kind|host|port}.
 */
public final class LinkPerfTransport implements Transport {
    private static final int MAX_BYTES = 64 * 1024;
    private static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final long LISTEN_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final String KIND = "kind";

    @Override
    public String name() {
        return "link";
    }

    @Override
    public Traits traits() {
        return new Traits(true, false, MAX_BYTES, MAX_BYTES);
    }

    @Override
    public String unavailable() {
        return find(LinkKind.TCP) == null ? "no module for links is on the class path" : null;
    }

    private static LinkTransport find(LinkKind kind) {
        for (LinkTransport transport : ServiceLoader.load(LinkTransport.class)) {
            if (transport.kind() == kind) {
                return transport;
            }
        }
        return null;
    }

    /** @throws IOException when links of that kind cannot be made here, with the remedy */
    private static LinkTransport usable(LinkKind kind) throws IOException {
        LinkTransport transport = find(kind);
        if (transport == null || !transport.availability().available()) {
            throw new IOException("there are no " + kind.label() + " links here"
                    + (transport == null ? "" : ": " + transport.availability().reason()) + "; or choose -o kind=tcp");
        }
        return transport;
    }

    private static LinkTransport wanted(StreamSetup setup) throws IOException {
        String kind = setup.option(KIND, "");
        if (kind.isEmpty()) {
            LinkTransport rdma = find(LinkKind.RDMA);
            return rdma != null && rdma.availability().available() ? rdma : usable(LinkKind.TCP);
        }
        return usable(kind(kind));
    }

    private static LinkKind kind(String label) throws IOException {
        return Arrays.stream(new LinkKind[] {LinkKind.TCP, LinkKind.RDMA}).filter(kind -> kind.label().equals(label)).findFirst()
                .orElseThrow(() -> new IOException("there is no link kind '" + label.toLowerCase(Locale.ROOT)
                        + "'; there are: -o kind=rdma, -o kind=tcp"));
    }

    @Override
    public Acceptor listen(StreamSetup setup) throws IOException {
        LinkTransport transport = wanted(setup);
        InetAddress address = InetAddress.getByName(setup.host());
        InetSocketAddress local = new InetSocketAddress(address, setup.port() == 0 ? freePort(address) : setup.port());
        LinkLoop loop = new LinkLoop();
        LaneTransport lane = transport.open(loop);
        Deque<LinkTransceiver> arrived = new ArrayDeque<>();
        var listening = lane.listen(local, (link, remote, privateData) -> {
            LinkTransceiver transceiver = new LinkTransceiver(loop, lane, setup);
            transceiver.attach(link);
            arrived.add(transceiver);
            return transceiver;
        });
        long deadline = System.nanoTime() + LISTEN_NANOS;
        while (!listening.isDone() && System.nanoTime() - deadline < 0) {
            loop.turn(STEP_NANOS);
        }
        try {
            listening.getNow(null);
        } catch (CompletionException e) {
            lane.close();
            loop.close();
            throw new IOException(Reason.of(e.getCause()), e);
        }
        return new LinkAcceptor(loop, lane, arrived, transport.kind().label() + "|" + address.getHostAddress() + "|" + local.getPort());
    }

    /** Links do not tell which port they were given, so one is chosen for them. */
    private static int freePort(InetAddress address) throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, address)) {
            return socket.getLocalPort();
        }
    }

    @Override
    public Transceiver connect(String address, StreamSetup setup, long timeoutNanos) throws IOException {
        String[] parts = address.split("\\|");
        LinkTransport transport = usable(kind(parts[0]));
        LinkLoop loop = new LinkLoop();
        LaneTransport lane = transport.open(loop);
        LinkTransceiver transceiver = new LinkTransceiver(loop, lane, setup);
        String[] failure = new String[1];
        boolean[] up = new boolean[1];
        lane.connect(null, new InetSocketAddress(InetAddress.getByName(parts[1]), Integer.parseInt(parts[2])), new byte[0],
                TimeUnit.NANOSECONDS.toMillis(timeoutNanos), new LaneTransport.ConnectHandler() {
                    @Override
                    public LinkListener onConnected(Link link) {
                        transceiver.attach(link);
                        up[0] = true;
                        return transceiver;
                    }

                    @Override
                    public void onFailed(String reason) {
                        failure[0] = reason;
                    }
                });
        long deadline = System.nanoTime() + timeoutNanos;
        boolean greeted = false;
        while (!greeted && failure[0] == null && transceiver.ended() == null && System.nanoTime() - deadline < 0) {
            loop.turn(STEP_NANOS);
            greeted = up[0] && transceiver.ended() == null && transceiver.greet();
        }
        if (!greeted) {
            lane.close();
            loop.close();
            throw new IOException("no " + parts[0] + " link to " + parts[1] + " port " + parts[2] + ": "
                    + (failure[0] != null ? failure[0] : transceiver.ended() != null ? transceiver.ended() : "no answer in time"));
        }
        return transceiver;
    }

    /** Hands its loop to the one transceiver it accepts. */
    private static final class LinkAcceptor implements Acceptor {
        private final LinkLoop loop;
        private final LaneTransport lane;
        private final Deque<LinkTransceiver> arrived;
        private final String address;
        private boolean handedOver;

        LinkAcceptor(LinkLoop loop, LaneTransport lane, Deque<LinkTransceiver> arrived, String address) {
            this.loop = loop;
            this.lane = lane;
            this.arrived = arrived;
            this.address = address;
        }

        @Override
        public String address() {
            return address;
        }

        @Override
        public Transceiver accept(long timeoutNanos) {
            long deadline = System.nanoTime() + timeoutNanos;
            while (System.nanoTime() - deadline < 0) {
                loop.turn(STEP_NANOS);
                for (LinkTransceiver transceiver : arrived) {
                    if (transceiver.isGreeted()) {
                        handedOver = true;
                        return transceiver;
                    }
                }
                arrived.removeIf(transceiver -> transceiver.isStranger() || transceiver.ended() != null);
            }
            return null;
        }

        @Override
        public void close() {
            if (!handedOver) {
                lane.close();
                loop.close();
            }
        }
    }
}
