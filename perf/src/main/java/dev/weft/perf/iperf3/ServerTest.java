package dev.weft.perf.iperf3;

import dev.weft.perf.transport.Reason;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.nio.channels.NetworkChannel;
import java.nio.channels.SocketChannel;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** One test of the server's: from the cookie of its control connection to the end. One thread, except where a method says so. */
final class ServerTest {
    private final Control control;
    private final String cookie;
    private final Iperf3Server.Limits limits;
    private final Iperf3Server.Listener listener;
    private final LongSupplier nanos;
    private final Clock clock;
    private final InetSocketAddress local;
    private final BlockingQueue<SocketChannel> arrivals = new ArrayBlockingQueue<>(2 * TestParameters.MAX_STREAMS);
    private volatile boolean isOpen;
    private volatile boolean terminated;
    private volatile boolean ending;
    private final CountDownLatch ended = new CountDownLatch(1);

    ServerTest(Control control, String cookie, Iperf3Server.Limits limits, Iperf3Server.Listener listener, LongSupplier nanos, Clock clock,
            SocketAddress local) {
        this.control = control;
        this.cookie = cookie;
        this.limits = limits;
        this.listener = listener;
        this.nanos = nanos;
        this.clock = clock;
        this.local = (InetSocketAddress) local;
    }

    /** Any thread. */
    boolean isFrom(InetAddress address) {
        return control.peer().equals(address);
    }

    /** Any thread. @return whether the connection is one of this test's, which then owns it */
    boolean offer(String itsCookie, SocketChannel channel) {
        return isOpen && cookie.equals(itsCookie) && arrivals.offer(channel);
    }

    /** Any thread. */
    void terminate() {
        terminated = true;
        control.close();
    }

    /**
     * Any thread. Who comes while the last words of a test are exchanged is not sent away for that.
     *
     * @return whether the test has ended; false at once while data flows
     */
    boolean awaitEnd() throws IOException {
        try {
            return ending && ended.await(limits.introduction().toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** Any thread. The server's place is free again. */
    void ended() {
        ended.countDown();
    }

    void run() {
        String peer = control.peer().getHostAddress();
        try {
            control.send(State.PARAM_EXCHANGE);
            TestParameters parameters = TestParameters.of(control.readJson(Control.MAX_PARAMETERS, limits.introduction()));
            listener.onBegin(peer, parameters);
            Streams streams = new Streams(parameters, nanos, listener::onInterval);
            try {
                open(parameters, streams);
                control.send(State.TEST_START);
                control.send(State.TEST_RUNNING);
                listener.onEnd(measure(parameters, streams));
            } finally {
                isOpen = false;
                streams.close();
                for (SocketChannel late = arrivals.poll(); late != null; late = arrivals.poll()) {
                    late.close();
                }
            }
        } catch (IOException e) {
            refuse(e);
            listener.onRefused(peer, Reason.of(e));
        } finally {
            control.close();
        }
    }

    private void refuse(IOException reason) {
        ending = true;
        try {
            if (reason instanceof ProtocolException wrong) {
                control.refuse(wrong.code());
            }
        } catch (IOException gone) {
            // Who is gone needs no reason.
        }
    }

    private void open(TestParameters parameters, Streams streams) throws IOException {
        long deadline = nanos.getAsLong() + limits.streams().toNanos();
        if (parameters.udp()) {
            openUdp(parameters, streams, deadline);
            return;
        }
        isOpen = true;
        control.send(State.CREATE_STREAMS);
        for (int i = 0; i < parameters.streams(); i++) {
            SocketChannel channel = arrival(deadline);
            if (channel == null) {
                throw new ProtocolException("only " + i + " of " + parameters.streams() + " data connections came within "
                        + limits.streams().toSeconds() + " s", Refusal.STREAM_ACCEPT);
            }
            channel.socket().setSoTimeout(0);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, parameters.noDelay());
            buffers(parameters, channel);
            int id = TestParameters.streamId(i);
            streams.add(isSending(parameters, i)
                    ? new TcpSender(id, channel, parameters.length(), new Pacer(parameters.bitrate(), nanos), new Budget(0))
                    : new TcpReceiver(id, channel, parameters.length()));
        }
    }

    /** The client's first connections are those it sends on. */
    private static boolean isSending(TestParameters parameters, int index) {
        return parameters.bidirectional() ? index >= parameters.parallel() : parameters.reverse();
    }

    private SocketChannel arrival(long deadline) throws IOException {
        try {
            return arrivals.poll(deadline - nanos.getAsLong(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static void buffers(TestParameters parameters, NetworkChannel channel) throws IOException {
        if (parameters.window() > 0) {
            channel.setOption(StandardSocketOptions.SO_SNDBUF, parameters.window());
            channel.setOption(StandardSocketOptions.SO_RCVBUF, parameters.window());
        }
    }

    /**
     * A stream begins with the client's hello. The socket that gets it is connected to the client and becomes the stream, and a
     * new one takes its place before the hello is answered, because the answer makes the client send the next one.
     */
    private void openUdp(TestParameters parameters, Streams streams, long deadline) throws IOException {
        DatagramChannel waiting = bind(parameters);
        try {
            control.send(State.CREATE_STREAMS);
            for (int i = 0; i < parameters.streams(); i++) {
                DatagramChannel stream = waiting;
                stream.connect(hello(stream, deadline));
                if (i + 1 < parameters.streams()) {
                    waiting = bind(parameters);
                }
                streams.add(isSending(parameters, i)
                        ? new UdpSender(TestParameters.streamId(i), stream, parameters.length(), parameters.wideCounters(),
                                new Pacer(parameters.bitrate(), nanos), new Budget(0), clock)
                        : new UdpReceiver(TestParameters.streamId(i), stream, parameters.length(), parameters.wideCounters(), clock));
                stream.socket().send(new DatagramPacket(Iperf3Client.UDP_WELCOME, Iperf3Client.UDP_WELCOME.length));
            }
        } catch (IOException e) {
            waiting.close();
            throw e;
        }
    }

    private DatagramChannel bind(TestParameters parameters) throws IOException {
        DatagramChannel channel = DatagramChannel.open();
        try {
            channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            buffers(parameters, channel);
            channel.bind(local);
            return channel;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /** @return the address of the client's next stream; what others send, or what is no hello, does not count */
    private SocketAddress hello(DatagramChannel channel, long deadline) throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[64], 64);
        while (true) {
            long left = deadline - nanos.getAsLong();
            if (left <= 0) {
                throw new ProtocolException("no UDP stream came within " + limits.streams().toSeconds() + " s", Refusal.STREAM_ACCEPT);
            }
            channel.socket().setSoTimeout((int) Math.max(1, left / 1_000_000));
            try {
                channel.socket().receive(packet);
            } catch (SocketTimeoutException late) {
                continue;
            }
            boolean isHello = Arrays.equals(Arrays.copyOf(packet.getData(), packet.getLength()), Iperf3Client.UDP_HELLO);
            if (isHello && isFrom(packet.getAddress())) {
                return packet.getSocketAddress();
            }
        }
    }

    private TestReport measure(TestParameters parameters, Streams streams) throws IOException {
        Instant begin = clock.instant();
        CpuClock cpu = new CpuClock(nanos);
        streams.start();
        Results remote = null;
        String failure = null;
        try {
            flow(parameters, streams);
            ending = true;
            streams.finish();
            streams.close();
            control.send(State.EXCHANGE_RESULTS);
            remote = Results.of(control.readJson(Control.MAX_RESULTS, limits.introduction()));
            var ours = new Results(cpu.percent(), streams.results().stream().anyMatch(s -> streams.isSending(s.id())) ? 0 : -1,
                    streams.results()).json();
            if (parameters.serverOutput()) {
                ours.put("server_output_text", Iperf3Text.report(report(parameters, streams, begin, cpu, remote, null)));
            }
            control.sendJson(ours);
            control.send(State.DISPLAY_RESULTS);
            control.expect(State.IPERF_DONE, limits.introduction());
        } catch (IOException e) {
            streams.finish();
            refuse(e);
            failure = "partial result: " + (terminated ? "the server was ended" : Reason.of(e));
        }
        return report(parameters, streams, begin, cpu, remote, failure);
    }

    private TestReport report(TestParameters parameters, Streams streams, Instant begin, CpuClock cpu, Results remote, String failure)
            throws IOException {
        List<TestReport.Stream> both = new ArrayList<>();
        for (Results.OfStream ours : streams.results()) {
            both.add(new TestReport.Stream(streams.isSending(ours.id()), ours, remote == null ? null : remote.stream(ours.id())));
        }
        return new TestReport(true, parameters, control.peer().getHostAddress(), cookie, begin, streams.seconds(), streams.intervals(),
                List.copyOf(both), cpu.percent(), remote == null ? null : remote.cpu(), failure);
    }

    /** Returns when the client says that the test is over. */
    private void flow(TestParameters parameters, Streams streams) throws IOException {
        long limit = parameters.seconds() == 0 ? TestParameters.MAX_SECONDS * 1_000_000_000L
                : (parameters.seconds() + parameters.omitSeconds()) * 1_000_000_000L + limits.grace().toNanos();
        long progress = -1;
        long progressAt = 0;
        while (true) {
            State state = control.awaitState(streams.untilTick());
            if (state == State.TEST_END) {
                return;
            }
            if (state != null) {
                throw control.refused(state, "in the middle of the test");
            }
            streams.tick();
            if (streams.counted() != progress) {
                progress = streams.counted();
                progressAt = streams.elapsed();
            }
            if (streams.elapsed() > limit) {
                throw new ProtocolException("the client did not end the test in its time", Refusal.DURATION);
            }
            if (streams.elapsed() - progressAt > limits.silence().toNanos()) {
                throw new ProtocolException("no data moved for " + limits.silence().toSeconds() + " s");
            }
        }
    }
}
