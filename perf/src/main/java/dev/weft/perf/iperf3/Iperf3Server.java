package dev.weft.perf.iperf3;

import dev.weft.perf.transport.Reason;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;

/**
 * Serves stock iperf3 clients, one test at a time as iperf3 does; who comes meanwhile is told that the server is busy.
 * A connection that does not introduce itself holds a place in a bounded waiting room for a few seconds and nothing else:
 * it does not keep others from their test.
 */
public final class Iperf3Server implements AutoCloseable {
    /** Called from the thread of the test; must not block for long. */
    public interface Listener {
        void onBegin(String peer, TestParameters parameters);

        void onInterval(TestInterval interval);

        void onEnd(TestReport report);

        /** A test that did not come to data, or a stranger. */
        void onRefused(String peer, String reason);
    }

    /**
     * Limits against those who do not keep to the protocol.
     *
     * @param introduction until the cookie and each message of the beginning have come
     * @param streams until all data connections are there
     * @param grace how much longer than asked for a test may take
     * @param silence without a byte from a sending client until the test ends
     * @param waitingRoom connections that have not introduced themselves
     */
    public record Limits(Duration introduction, Duration streams, Duration grace, Duration silence, int waitingRoom) {
        public static final Limits DEFAULT = new Limits(Duration.ofSeconds(5), Duration.ofSeconds(15), Duration.ofSeconds(40),
                Duration.ofSeconds(120), 64);
    }

    private static final int BACKLOG = 1024;

    private final ServerSocketChannel listening;
    private final Limits limits;
    private final Listener listener;
    private final LongSupplier nanos;
    private final Clock clock;
    private final Semaphore strangers;
    private final Semaphore expected = new Semaphore(2 * TestParameters.MAX_STREAMS);
    private final AtomicReference<ServerTest> current = new AtomicReference<>();
    private final AtomicLong turnedAway = new AtomicLong();

    /** @throws IOException with the remedy when the port is in use */
    public Iperf3Server(InetSocketAddress address, Limits limits, Listener listener) throws IOException {
        this(address, limits, listener, System::nanoTime, Clock.systemUTC());
    }

    Iperf3Server(InetSocketAddress address, Limits limits, Listener listener, LongSupplier nanos, Clock clock) throws IOException {
        this.limits = limits;
        this.listener = listener;
        this.nanos = nanos;
        this.clock = clock;
        this.strangers = new Semaphore(limits.waitingRoom());
        listening = ServerSocketChannel.open();
        try {
            listening.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            listening.bind(address, BACKLOG);
        } catch (BindException e) {
            listening.close();
            throw new IOException("port " + address.getPort() + " is in use or the address " + address.getHostString()
                    + " is not of this host; choose another with --port or --bind", e);
        }
    }

    public int port() {
        return listening.socket().getLocalPort();
    }

    /** Connections that were closed because the waiting room was full. */
    public long turnedAway() {
        return turnedAway.get();
    }

    /** Serves until {@link #close}. */
    public void serve() throws IOException {
        while (true) {
            SocketChannel channel;
            try {
                channel = listening.accept();
            } catch (ClosedChannelException closed) {
                return;
            }
            admit(channel);
        }
    }

    /** The peer of the running test has a waiting room of its own, so that strangers cannot keep its data connections out. */
    private void admit(SocketChannel channel) throws IOException {
        ServerTest test = current.get();
        Semaphore room = test != null && test.isFrom(channel.socket().getInetAddress()) ? expected : strangers;
        if (!room.tryAcquire()) {
            turnedAway.incrementAndGet();
            channel.close();
            return;
        }
        Thread.ofVirtual().start(() -> {
            try {
                introduce(channel, new Control(channel, nanos), room);
            } catch (IOException e) {
                room.release();
                listener.onRefused(String.valueOf(channel.socket().getInetAddress()), Reason.of(e));
                closeQuietly(channel);
            }
        });
    }

    private void introduce(SocketChannel channel, Control control, Semaphore room) throws IOException {
        String cookie = control.readCookie(limits.introduction());
        ServerTest running = current.get();
        if (running != null && running.offer(cookie, channel)) {
            room.release();
            return;
        }
        ServerTest test = new ServerTest(control, cookie, limits, listener, nanos, clock, listening.getLocalAddress());
        boolean isBusy = running != null && !running.awaitEnd();
        if (isBusy || !current.compareAndSet(null, test)) {
            control.send(State.ACCESS_DENIED);
            throw new ProtocolException("busy with another test");
        }
        room.release();
        try {
            test.run();
        } finally {
            current.set(null);
            test.ended();
            closeQuietly(channel);
        }
    }

    private static void closeQuietly(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException gone) {
            // It is as closed as it gets.
        }
    }

    /** Ends the running test, if any, and {@link #serve}. Any thread. */
    @Override
    public void close() throws IOException {
        listening.close();
        ServerTest test = current.get();
        if (test != null) {
            test.terminate();
        }
    }
}
