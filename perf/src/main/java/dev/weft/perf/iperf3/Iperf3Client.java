package dev.weft.perf.iperf3;

import dev.weft.perf.transport.Reason;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Drives a stock iperf3 server through one test. Blocks the calling thread; every wait has a limit, so it ends at the latest
 * {@link #GRACE} after the time of the test.
 */
public final class Iperf3Client {
    static final byte[] UDP_HELLO = {'9', '8', '7', '6'};
    static final byte[] UDP_WELCOME = {'6', '7', '8', '9'};
    /** What servers before 3.11 answer: 987654321 in the order of a little-endian machine. */
    private static final byte[] UDP_OLD_WELCOME = {(byte) 0xb1, 0x68, (byte) 0xde, 0x3a};
    private static final int UDP_ATTEMPTS = 10;
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration ANSWER = Duration.ofSeconds(15);
    static final Duration GRACE = Duration.ofSeconds(40);

    private final InetSocketAddress server;
    private final TestParameters parameters;
    private final Consumer<TestInterval> onInterval;
    private final LongSupplier nanos;
    private final Clock clock;
    private final String cookie = newCookie(new SecureRandom());

    public Iperf3Client(InetSocketAddress server, TestParameters parameters, Consumer<TestInterval> onInterval) {
        this(server, parameters, onInterval, System::nanoTime, Clock.systemUTC());
    }

    Iperf3Client(InetSocketAddress server, TestParameters parameters, Consumer<TestInterval> onInterval, LongSupplier nanos, Clock clock) {
        this.server = server;
        this.parameters = parameters;
        this.onInterval = onInterval;
        this.nanos = nanos;
        this.clock = clock;
    }

    /**
     * Runs the test.
     *
     * @return what both ends counted; with a failure when the server went away after data had begun to flow
     * @throws IOException when it never came to that: no server, no iperf3, busy, refused
     */
    public TestReport run() throws IOException {
        try (Control control = new Control(connect(), nanos)) {
            control.sendCookie(cookie);
            control.expect(State.PARAM_EXCHANGE, ANSWER);
            control.sendJson(parameters.json());
            control.expect(State.CREATE_STREAMS, ANSWER);
            Streams streams = new Streams(parameters, nanos, onInterval);
            try {
                open(streams);
                control.expect(State.TEST_START, ANSWER);
                control.expect(State.TEST_RUNNING, ANSWER);
                return measure(control, streams);
            } finally {
                streams.close();
            }
        }
    }

    private SocketChannel connect() throws IOException {
        if (server.isUnresolved()) {
            throw new IOException("host '" + server.getHostString() + "' is not known");
        }
        SocketChannel channel = SocketChannel.open();
        try {
            channel.socket().connect(server, (int) CONNECT.toMillis());
            return channel;
        } catch (IOException e) {
            channel.close();
            throw new IOException("no iperf3 server answers on " + server.getAddress().getHostAddress() + " port " + server.getPort()
                    + " (" + Reason.of(e) + "); start one there with: iperf3 -s -p " + server.getPort(), e);
        }
    }

    private void open(Streams streams) throws IOException {
        Budget budget = new Budget(parameters.bytes());
        for (int i = 0; i < parameters.streams(); i++) {
            boolean sending = parameters.bidirectional() ? i < parameters.parallel() : !parameters.reverse();
            int id = TestParameters.streamId(i);
            Pacer pacer = new Pacer(parameters.bitrate(), nanos);
            if (parameters.udp()) {
                DatagramChannel channel = connectUdp();
                streams.add(sending
                        ? new UdpSender(id, channel, parameters.length(), parameters.wideCounters(), pacer, budget, clock)
                        : new UdpReceiver(id, channel, parameters.length(), parameters.wideCounters(), clock));
            } else {
                SocketChannel channel = connectTcp();
                streams.add(sending ? new TcpSender(id, channel, parameters.length(), pacer, budget)
                        : new TcpReceiver(id, channel, parameters.length()));
            }
        }
    }

    private SocketChannel connectTcp() throws IOException {
        SocketChannel channel = SocketChannel.open();
        try {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, parameters.noDelay());
            if (parameters.window() > 0) {
                channel.setOption(StandardSocketOptions.SO_SNDBUF, parameters.window());
                channel.setOption(StandardSocketOptions.SO_RCVBUF, parameters.window());
            }
            channel.socket().connect(server, (int) CONNECT.toMillis());
            Control.sendCookie(channel, cookie);
            return channel;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /** The hello goes out until it is answered: either datagram may be lost. */
    private DatagramChannel connectUdp() throws IOException {
        DatagramChannel channel = DatagramChannel.open();
        try {
            if (parameters.window() > 0) {
                channel.setOption(StandardSocketOptions.SO_SNDBUF, parameters.window());
                channel.setOption(StandardSocketOptions.SO_RCVBUF, parameters.window());
            }
            channel.connect(server);
            channel.socket().setSoTimeout(1000);
            for (int attempt = 0; attempt < UDP_ATTEMPTS; attempt++) {
                channel.socket().send(new DatagramPacket(UDP_HELLO, UDP_HELLO.length));
                if (isWelcome(channel)) {
                    return channel;
                }
            }
            throw new IOException("the server does not answer on UDP port " + server.getPort() + "; is UDP blocked on the way?");
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private static boolean isWelcome(DatagramChannel channel) throws IOException {
        DatagramPacket answer = new DatagramPacket(new byte[64], 64);
        try {
            channel.socket().receive(answer);
        } catch (SocketTimeoutException silent) {
            return false;
        }
        byte[] bytes = Arrays.copyOf(answer.getData(), answer.getLength());
        return Arrays.equals(bytes, UDP_WELCOME) || Arrays.equals(bytes, UDP_OLD_WELCOME);
    }

    private TestReport measure(Control control, Streams streams) {
        Instant begin = clock.instant();
        CpuClock cpu = new CpuClock(nanos);
        Results remote = null;
        String failure = null;
        streams.start();
        try {
            flow(control, streams);
            streams.finish(); // while the server still reads
            control.send(State.TEST_END);
            control.expect(State.EXCHANGE_RESULTS, ANSWER);
            control.sendJson(new Results(cpu.percent(), 0, streams.results()).json());
            remote = Results.of(control.readJson(Control.MAX_RESULTS, ANSWER));
            control.expect(State.DISPLAY_RESULTS, ANSWER);
            control.send(State.IPERF_DONE);
        } catch (IOException e) {
            streams.finish();
            failure = "partial result: " + Reason.of(e);
        }
        List<TestReport.Stream> both = new ArrayList<>();
        for (Results.OfStream local : streams.results()) {
            Results.OfStream other = remote == null ? null
                    : remote.streams().stream().filter(each -> each.id() == local.id()).findFirst().orElse(null);
            both.add(new TestReport.Stream(streams.isSending(local.id()), local, other));
        }
        return new TestReport(false, parameters, control.peer().getHostAddress(), cookie, begin, streams.seconds(), streams.intervals(),
                List.copyOf(both), cpu.percent(), remote == null ? null : remote.cpu(), failure);
    }

    /** Returns when the time is over or the bytes have moved. */
    private void flow(Control control, Streams streams) throws IOException {
        int seconds = parameters.seconds() == 0 ? TestParameters.MAX_SECONDS : parameters.seconds() + parameters.omitSeconds();
        long limit = seconds * 1_000_000_000L;
        Duration glance = Duration.ofMillis(10);
        while (streams.elapsed() < limit && !isCountReached(streams)) {
            Duration wait = streams.untilTick();
            Duration left = Duration.ofNanos(Math.max(1_000_000, limit - streams.elapsed()));
            wait = wait.compareTo(left) < 0 ? wait : left;
            State state = control.awaitState(parameters.bytes() > 0 && wait.compareTo(glance) > 0 ? glance : wait);
            if (state != null) {
                throw control.refused(state, "in the middle of the test");
            }
            streams.tick();
            if (streams.failure() != null) {
                throw streams.failure();
            }
        }
    }

    private boolean isCountReached(Streams streams) {
        return parameters.bytes() > 0 && (streams.areAllDone() || streams.counted() >= parameters.bytes());
    }

    private static String newCookie(SecureRandom random) {
        String letters = "abcdefghijklmnopqrstuvwxyz234567";
        StringBuilder cookie = new StringBuilder();
        for (int i = 0; i < Control.COOKIE_BYTES - 1; i++) {
            cookie.append(letters.charAt(random.nextInt(letters.length())));
        }
        return cookie.toString();
    }
}
