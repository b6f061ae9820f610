package dev.weft.perf.control;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.weft.perf.measure.HostProbe;
import dev.weft.perf.transport.Reason;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
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
    private static final int REQUEST_MILLIS = 10_000;
    private static final int BACKLOG = 1024;
    private static final long ROOM_WAIT_MILLIS = 100;
    private static final long CLEARING_MILLIS = 5000;

    /**
     * @param address  to listen on, null for all
     * @param port     of the control connection, 0 for any
     * @param dataPort first port of the streams, 0 for any
     * @param once     whether to end after one test
     */
    public record Settings(String address, int port, int dataPort, boolean once) {
    }

    private final Settings settings;
    private final Transports transports;
    private final HostProbe probe;
    private final Consumer<String> log;
    private final ServerSocket socket;
    private final Semaphore room = new Semaphore(MAX_VISITORS);
    private final AtomicReference<ServerTest> current = new AtomicReference<>();
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
        var request = wire.receive(REQUEST_MILLIS);
        if (!Wire.type(request).equals("test")) {
            throw new IOException("expected a test, got " + Wire.type(request));
        }
        TestPlan plan;
        try {
            plan = Wire.JSON.treeToValue(request.required("plan"), TestPlan.class);
        } catch (JsonProcessingException | IllegalArgumentException e) {
            wire.send(Wire.message("refused").put("reason", "the plan cannot be read: " + Reason.of(e)));
            return;
        }
        ServerTest test = new ServerTest(wire, plan, settings, transports, probe);
        ServerTest running = takePlace(test);
        if (running != null) {
            wire.send(Wire.message("busy").put("reason", "the server is busy with a test from " + running.clientHost()
                    + (running.secondsLeft() > 0 ? " for " + running.secondsLeft() + " s more" : "") + "; try again then"));
            return;
        }
        leaveRoom.run();
        try {
            log.accept("test from " + wire.remoteHost() + ": " + test.describe());
            log.accept("test from " + wire.remoteHost() + " over: " + test.run());
        } finally {
            current.set(null);
            servedTests++;
            test.markOver();
        }
    }

    /** A client that has its result may ask for the next test before the last is cleared away. @return who has the place, or null */
    private ServerTest takePlace(ServerTest test) {
        ServerTest running = current.compareAndExchange(null, test);
        while (running != null && running.awaitOver(CLEARING_MILLIS)) {
            running = current.compareAndExchange(null, test);
        }
        return running;
    }

    /** Ends the running test and stops serving. */
    @Override
    public void close() {
        closed = true;
        ServerTest test = current.get();
        if (test != null) {
            test.abort("the server was stopped");
        }
        try {
            socket.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
