package dev.weft.perf.verbs;

import com.ibm.disni.verbs.RdmaCm;
import com.ibm.disni.verbs.RdmaCmEvent.EventType;
import com.ibm.disni.verbs.RdmaCmId;
import dev.weft.perf.transport.Acceptor;
import dev.weft.perf.transport.Reason;
import dev.weft.perf.transport.StreamSetup;
import dev.weft.perf.transport.Transceiver;
import dev.weft.perf.transport.Transport;
import dev.weft.rdma.verbs.ConnectParameters;
import dev.weft.rdma.verbs.ExtendedCm;
import dev.weft.rdma.verbs.ExtendedVerbs;
import dev.weft.rdma.verbs.PanamaProvider;
import dev.weft.rdma.verbs.PanamaVerbs;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** RDMA verbs between the two processes, without agents. Option {@code op}: {@link Operation}. The address is {@code host|port}. */
public final class VerbsTransport implements Transport {
    private static final int MAX_BYTES = 1 << 20;
    private static final int USUAL_BYTES = 64 * 1024;
    private static final int RESOLVE_MILLIS = 2000;
    private static final byte RETRIES = 7;

    /**
     * What stands behind the verbs.
     *
     * @param problem why there are none, with the remedy; null when there are some
     */
    record Backend(ExtendedVerbs verbs, ExtendedCm cm, String problem) {
    }

    private final Supplier<Backend> backends;

    /** The kernel's. Needs neither library nor device; {@link #unavailable} tells. */
    public VerbsTransport() {
        this(VerbsTransport::probe);
    }

    VerbsTransport(Supplier<Backend> backends) {
        this.backends = backends;
    }

    private static Backend probe() {
        try {
            PanamaProvider provider = PanamaVerbs.install();
            return new Backend(provider.openVerbs(), provider.openCm(), PanamaProvider.problem());
        } catch (IOException e) {
            return new Backend(null, null, Reason.of(e));
        }
    }

    @Override
    public String name() {
        return "verbs";
    }

    @Override
    public Traits traits() {
        return new Traits(true, false, MAX_BYTES, USUAL_BYTES);
    }

    @Override
    public String unavailable() {
        return backends.get().problem;
    }

    /** @throws IOException when there are no verbs here, with the remedy */
    private Backend backend() throws IOException {
        Backend backend = backends.get();
        if (backend.problem != null) {
            throw new IOException(backend.problem);
        }
        return backend;
    }

    private static ConnectParameters parameters(Hello hello) {
        ConnectParameters parameters = new ConnectParameters();
        parameters.setRetry_count(RETRIES);
        parameters.setRnr_retry_count((byte) 0); // a message that meets no slot is an error
        parameters.setPrivateData(hello.encode());
        return parameters;
    }

    @Override
    public Acceptor listen(StreamSetup setup) throws IOException {
        Operation operation = operation(setup);
        Backend backend = backend();
        InetAddress address = InetAddress.getByName(setup.host());
        InetSocketAddress local = new InetSocketAddress(address, setup.port() == 0 ? freePort(address) : setup.port());
        CmChannel channel = new CmChannel(backend.cm);
        RdmaCmId listener = null;
        try {
            listener = backend.cm.createId(channel.channel, RdmaCm.RDMA_PS_TCP);
            backend.cm.bindAddr(listener, local);
            backend.cm.listen(listener, 16);
            return new VerbsAcceptor(backend, channel, listener, operation, setup, address.getHostAddress() + "|" + local.getPort());
        } catch (IOException e) {
            destroy(backend, listener);
            channel.leave();
            throw new IOException("cannot listen on " + local + " (verbs): " + Reason.of(e)
                    + "; does the address belong to an RDMA device (rdma link) and is the port free?", e);
        }
    }

    private static Operation operation(StreamSetup setup) throws IOException {
        return Operation.of(setup.option("op", Operation.SEND.label()));
    }

    /** The connection manager does not tell which port it chose, so one is chosen for it. */
    private static int freePort(InetAddress address) throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, address)) {
            return socket.getLocalPort();
        }
    }

    private static void destroy(Backend backend, RdmaCmId id) throws IOException {
        if (id != null) {
            backend.cm.destroyCmId(id);
        }
    }

    @Override
    public Transceiver connect(String address, StreamSetup setup, long timeoutNanos) throws IOException {
        long deadline = System.nanoTime() + timeoutNanos;
        Operation operation = operation(setup);
        Backend backend = backend();
        int bar = address.lastIndexOf('|');
        if (bar < 0) {
            throw new IOException("'" + address + "' is no address of a verbs stream; do both ends run the same weft?");
        }
        InetSocketAddress remote = new InetSocketAddress(InetAddress.getByName(address.substring(0, bar)),
                Integer.parseInt(address.substring(bar + 1)));
        CmChannel channel = new CmChannel(backend.cm);
        RdmaCmId id = resolved(backend, channel, remote, deadline);
        VerbsTransceiver transceiver = transceiver(backend, channel, id, operation, setup, remote);
        Hello mine = transceiver.hello(setup.token());
        CompletableFuture<IOException> connecting = apart(() -> backend.cm.connect(id, parameters(mine)));
        try {
            IOException refused = connecting.copy().completeOnTimeout(new IOException("no answer in time"),
                    Math.max(1, deadline - System.nanoTime()), TimeUnit.NANOSECONDS).join();
            if (refused != null) {
                throw refused;
            }
            Hello theirs = Hello.decode(channel.await(EventType.RDMA_CM_EVENT_ESTABLISHED, deadline).data());
            if (theirs == null || theirs.token() != setup.token() || theirs.slots() != mine.slots()) {
                throw new IOException("what answers there is no weft perf server of this test");
            }
            transceiver.peer(theirs);
            transceiver.open();
            return transceiver;
        } catch (IOException e) {
            connecting.thenRun(transceiver::close); // not before the kernel has let go of it
            throw failed(remote, e);
        }
    }

    /** An identifier that knows device and route; on failure nothing is left, the channel included. */
    private static RdmaCmId resolved(Backend backend, CmChannel channel, InetSocketAddress remote, long deadline) throws IOException {
        RdmaCmId id = null;
        try {
            id = backend.cm.createId(channel.channel, RdmaCm.RDMA_PS_TCP);
            backend.cm.resolveAddr(id, null, remote, RESOLVE_MILLIS);
            channel.await(EventType.RDMA_CM_EVENT_ADDR_RESOLVED, deadline);
            backend.cm.resolveRoute(id, RESOLVE_MILLIS);
            channel.await(EventType.RDMA_CM_EVENT_ROUTE_RESOLVED, deadline);
            return id;
        } catch (IOException e) {
            destroy(backend, id);
            channel.leave();
            throw failed(remote, e);
        }
    }

    private static IOException failed(InetSocketAddress remote, IOException e) {
        return new IOException("no verbs connection to " + remote.getAddress().getHostAddress() + " port " + remote.getPort() + ": "
                + Reason.of(e), e);
    }

    /** On failure nothing is left, the channel included. */
    private static VerbsTransceiver transceiver(Backend backend, CmChannel channel, RdmaCmId id, Operation operation, StreamSetup setup,
            InetSocketAddress remote) throws IOException {
        try {
            VerbsQueues queues = VerbsQueues.make(backend.verbs, backend.cm, id, operation, setup.messageBytes());
            return new VerbsTransceiver(channel, id, queues, operation, setup, operation.label() + " on "
                    + backend.verbs.device(id.getVerbs()).name() + " to " + remote);
        } catch (IOException e) {
            destroy(backend, id);
            channel.leave();
            throw e;
        }
    }

    /** A call that may fail. */
    private interface Call {
        void run() throws IOException;
    }

    /**
     * Software iWARP makes its TCP connection within the call, which takes minutes when packets are dropped on the way.
     *
     * @return completes with what the call threw, or null
     */
    private static CompletableFuture<IOException> apart(Call call) {
        CompletableFuture<IOException> done = new CompletableFuture<>();
        Thread.ofPlatform().daemon().name("weft-perf-connect").start(() -> {
            try {
                call.run();
                done.complete(null);
            } catch (IOException e) {
                done.complete(e);
            }
        });
        return done;
    }

    /** Accepts one stream, which keeps the channel of connection events. */
    private static final class VerbsAcceptor implements Acceptor {
        private final Backend backend;
        private final CmChannel channel;
        private final RdmaCmId listener;
        private final Operation operation;
        private final StreamSetup setup;
        private final String address;
        private boolean closed;

        VerbsAcceptor(Backend backend, CmChannel channel, RdmaCmId listener, Operation operation, StreamSetup setup, String address) {
            this.backend = backend;
            this.channel = channel;
            this.listener = listener;
            this.operation = operation;
            this.setup = setup;
            this.address = address;
        }

        @Override
        public String address() {
            return address;
        }

        @Override
        public Transceiver accept(long timeoutNanos) throws IOException {
            long deadline = System.nanoTime() + timeoutNanos;
            CmChannel.Event event = channel.next(timeoutNanos);
            while (event != null) {
                if (event.type() == EventType.RDMA_CM_EVENT_CONNECT_REQUEST) {
                    Hello hello = Hello.decode(event.data());
                    if (hello != null && hello.token() == setup.token() && hello.operation() == operation.ordinal()) {
                        return accept(event.id(), hello, deadline);
                    }
                    channel.refuse(event);
                }
                event = channel.next(Math.max(0, deadline - System.nanoTime()));
            }
            return null;
        }

        private Transceiver accept(RdmaCmId id, Hello hello, long deadline) throws IOException {
            channel.use();
            VerbsTransceiver transceiver = transceiver(backend, channel, id, operation, setup,
                    (InetSocketAddress) backend.cm.getDstAddr(id));
            try {
                transceiver.peer(hello);
                backend.cm.accept(id, parameters(transceiver.hello(setup.token())));
                channel.await(EventType.RDMA_CM_EVENT_ESTABLISHED, deadline);
                while (!transceiver.isOpened()) {
                    if (transceiver.isBroken() || System.nanoTime() - deadline > 0) {
                        throw new IOException("the other end connected and said nothing");
                    }
                }
                return transceiver;
            } catch (IOException e) {
                transceiver.close();
                throw e;
            }
        }

        @Override
        public void close() {
            if (closed) {
                return;
            }
            closed = true;
            try {
                backend.cm.destroyCmId(listener);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            } finally {
                channel.leave();
            }
        }
    }
}
