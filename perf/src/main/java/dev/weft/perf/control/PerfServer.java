package dev.weft.perf.control;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.perf.measure.HostProbe;
import dev.weft.perf.transport.Reason;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * Serves one test after the other. Everybody who connects is answered or dropped in bounded time: at most {@link #MAX_VISITORS} are being
 * listened to at once, each for at most {@link #GREETING_MILLIS} until it has greeted and {@link #REQUEST_MILLIS} until it has said what it
 * wants; while a test runs others hear that it does.
 */
public final class PerfServer implements AutoCloseable {
    public static final int DEFAULT_PORT = 4820;
    static final int MAX_VISITORS = 256;
    static final int GREETING_MILLIS = 2000;
    /** A client that has just started on a slow machine takes seconds to say what it wants. */
    static final int REQUEST_MILLIS = 10_000;
    private static final int BACKLOG = 1024;
    private static final long ROOM_WAIT_MILLIS = 100;
    private static final long CLEARING_MILLIS = 5000;

    /**
     * @param address  to listen on, null for all
     * @param port     of the control connection, 0 for any
     * @param dataPort first port of the streams, 0 for any
     * @param once     whether to end after one test
     * @param mesh     what this host does for coordinators of a mesh; null for nothing
     */
    public record Settings(String address, int port, int dataPort, boolean once, Mesh mesh) {
        public Settings(String address, int port, int dataPort, boolean once) {
            this(address, port, dataPort, once, null);
        }
    }

    /**
     * Who may have this host measure towards others, and towards whom.
     *
     * @param token   what a coordinator must know
     * @param targets addresses that may be measured to; empty for any weft perf server
     */
    public record Mesh(MeshToken token, Set<InetAddress> targets) {
        public Mesh {
            targets = Set.copyOf(targets);
        }
    }

    private final Settings settings;
    private final Transports transports;
    private final HostProbe probe;
    private final Consumer<String> log;
    private final ServerSocket socket;
    private final MeshGate gate;
    private final Semaphore room = new Semaphore(MAX_VISITORS);
    private final AtomicReference<Occupation> current = new AtomicReference<>();
    private volatile long servedTests;
    private volatile boolean closed;

    /**
     * Opens the port.
     *
     * @param log takes one line an event
     * @throws IOException when the port is taken or the address is not this host's, with the remedy
     */
    public PerfServer(Settings settings, Transports transports, HostProbe probe, Consumer<String> log) throws IOException {
        this.settings = settings;
        this.transports = transports;
        this.probe = probe;
        this.log = log;
        gate = new MeshGate(settings.mesh(), log);
        socket = new ServerSocket();
        InetSocketAddress wanted = settings.address() == null ? new InetSocketAddress(settings.port())
                : new InetSocketAddress(settings.address(), settings.port());
        try {
            socket.setReuseAddress(true);
            socket.bind(wanted, BACKLOG);
        } catch (IOException e) {
            socket.close();
            throw new IOException("cannot listen on port " + settings.port() + (settings.address() == null ? "" : " of "
                    + settings.address()) + ": " + Reason.of(e) + "; is another server running there? choose one with --port", e);
        }
    }

    public int port() {
        return socket.getLocalPort();
    }

    /** Serves until {@link #close}, or until one test is through when asked to serve once. */
    public void serve() throws IOException {
        while (!closed && !(settings.once() && servedTests > 0)) {
            Socket visitor;
            try {
                socket.setSoTimeout(settings.once() ? (int) ROOM_WAIT_MILLIS : 0);
                visitor = socket.accept();
            } catch (SocketTimeoutException e) {
                continue;
            } catch (SocketException e) {
                if (closed) {
                    return;
                }
                throw e;
            }
            receive(visitor);
        }
    }

    private void receive(Socket visitor) throws IOException {
        boolean hasRoom = false;
        try {
            hasRoom = room.tryAcquire(ROOM_WAIT_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!hasRoom) {
            visitor.close(); // too many say nothing; the next may have better luck
            return;
        }
        Thread.ofVirtual().start(() -> visit(visitor));
    }

    private void visit(Socket visitor) {
        boolean[] holdsRoom = {true};
        try (visitor; Wire wire = new Wire(visitor, Wire.MAX_REQUEST_BYTES)) {
            converse(wire, () -> {
                if (holdsRoom[0]) {
                    holdsRoom[0] = false;
                    room.release();
                }
            });
        } catch (IOException | RuntimeException e) {
            log.accept("connection from " + visitor.getInetAddress().getHostAddress() + " dropped: " + Reason.of(e));
        } finally {
            if (holdsRoom[0]) {
                room.release();
            }
        }
    }

    private void converse(Wire wire, Runnable leaveRoom) throws IOException {
        int version = wire.readGreeting(GREETING_MILLIS);
        if (version < 0) {
            log.accept(wire.remoteHost() + " is no weft perf client; dropped");
            return;
        }
        wire.sendGreeting(Wire.VERSION);
        if (version != Wire.VERSION) {
            log.accept(wire.remoteHost() + " speaks version " + version + " of the protocol, this server " + Wire.VERSION);
            return;
        }
        JsonNode request = wire.receive(REQUEST_MILLIS);
        Occupation wanted = switch (Wire.type(request)) {
            case "test" -> test(wire, request);
            case "measure" -> {
                MeshOrder order = gate.admit(wire, request);
                yield order == null ? null : new MeshRun(wire, order, transports, probe);
            }
            case "hello" -> {
                wire.send(Wire.message("hello").put("weft", probe.weft()).put("mesh", settings.mesh() != null));
                yield null;
            }
            default -> throw new IOException("expected a test, got " + Wire.type(request));
        };
        if (wanted != null) {
            occupy(wire, wanted, leaveRoom);
        }
    }

    /** @return null when it was refused */
    private Occupation test(Wire wire, JsonNode request) throws IOException {
        try {
            return new ServerTest(wire, Wire.JSON.treeToValue(request.required("plan"), TestPlan.class), settings, transports, probe);
        } catch (JsonProcessingException | IllegalArgumentException e) {
            wire.send(Wire.message("refused").put("reason", "the plan cannot be read: " + Reason.of(e)));
            return null;
        }
    }

    private void occupy(Wire wire, Occupation wanted, Runnable leaveRoom) throws IOException {
        Occupation running = takePlace(wanted);
        if (running != null) {
            wire.send(Wire.message("busy").put("reason", "the server is busy with a test from " + running.clientHost()
                    + (running.secondsLeft() > 0 ? " for " + running.secondsLeft() + " s more" : "") + "; try again then"));
            return;
        }
        leaveRoom.run();
        try {
            log.accept("test from " + wire.remoteHost() + ": " + wanted.describe());
            log.accept("test from " + wire.remoteHost() + " over: " + wanted.run());
        } finally {
            current.set(null);
            servedTests++;
            wanted.markOver();
        }
    }

    /** A client that has its result may ask for the next test before the last is cleared away. @return who has the place, or null */
    private Occupation takePlace(Occupation test) {
        Occupation running = current.compareAndExchange(null, test);
        while (running != null && running.awaitOver(CLEARING_MILLIS)) {
            running = current.compareAndExchange(null, test);
        }
        return running;
    }

    /** Ends the running test and stops serving. */
    @Override
    public void close() {
        closed = true;
        Occupation running = current.get();
        if (running != null) {
            running.abort("the server was stopped");
        }
        try {
            socket.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
