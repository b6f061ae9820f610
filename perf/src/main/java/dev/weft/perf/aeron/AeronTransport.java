package dev.weft.perf.aeron;

import dev.weft.perf.transport.Acceptor;
import dev.weft.perf.transport.Reason;
import dev.weft.perf.transport.StreamSetup;
import dev.weft.perf.transport.Transceiver;
import dev.weft.perf.transport.Transport;
import io.aeron.Aeron;
import io.aeron.CncFileDescriptor;
import io.aeron.ExclusivePublication;
import io.aeron.Image;
import io.aeron.Subscription;
import io.aeron.exceptions.AeronException;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.agrona.concurrent.UnsafeBuffer;

/** Aeron streams over UDP or shared memory; over Weft when they use a network's driver. Options: {@link AeronOptions}. */
public final class AeronTransport implements Transport, AutoCloseable {
    private static final int MAX_BYTES = 1 << 20;
    private static final int ONE_FRAME_BYTES = 1376;
    private static final long LOOK_NANOS = TimeUnit.MICROSECONDS.toNanos(200);
    private static final int MAX_STREAM_ID = 900_000_000;

    private final OwnDriver ownDriver = new OwnDriver();

    @Override
    public String name() {
        return "aeron";
    }

    @Override
    public Traits traits() {
        return new Traits(true, false, MAX_BYTES, ONE_FRAME_BYTES);
    }

    @Override
    public String unavailable() {
        return null;
    }

    @Override
    public Acceptor listen(StreamSetup setup) throws IOException {
        AeronOptions options = AeronOptions.of(setup, true);
        Path directory = directory(options);
        Aeron aeron = client(directory);
        StreamAddress address = options.ipc() ? ipcAddress(directory)
                : udpAddress(setup.host().isEmpty() ? InetAddress.getByName("0.0.0.0") : InetAddress.getByName(setup.host()), setup.port());
        try {
            return new AeronAcceptor(aeron, aeron.addSubscription(address.channel(""), address.stream()), address, setup, options);
        } catch (RuntimeException e) {
            aeron.close();
            throw new IOException("cannot listen on " + address.place() + " (aeron): " + Reason.of(e)
                    + "; is the address one of this host's and the port free?", e);
        }
    }

    @Override
    public Transceiver connect(String text, StreamSetup setup, long timeoutNanos) throws IOException {
        long begin = System.nanoTime();
        StreamAddress server = StreamAddress.parse(text);
        AeronOptions options = AeronOptions.of(setup, false);
        Path directory = server.ipc() && options.directory().isEmpty() ? Path.of(server.place()) : directory(options);
        Aeron aeron = client(directory);
        try {
            StreamAddress reply = server.ipc() ? ipcAddress(directory) : udpAddress(addressTowards(server.place()), 0);
            Subscription replies = aeron.addSubscription(reply.channel(""), reply.stream());
            ExclusivePublication out = publication(aeron, server, options, setup);
            BooleanSupplier inTime = () -> System.nanoTime() - begin < timeoutNanos;
            Image in = offered(out, new Greeting(setup.token(), reply.text()), inTime) ? welcomed(replies, setup.token(), inTime) : null;
            if (in != null) {
                return new AeronTransceiver(aeron, out, in, setup);
            }
            throw new IOException("no Aeron stream to " + server.place() + ": no answer in time; do both ends have the same driver or"
                    + " network, and does a firewall let the data ports through (weft perf server --data-port)?");
        } catch (AeronException | IllegalStateException | IllegalArgumentException e) {
            aeron.close();
            throw new IOException("no Aeron stream to " + server.place() + ": " + Reason.of(e), e);
        } catch (IOException e) {
            aeron.close();
            throw e;
        }
    }

    private Path directory(AeronOptions options) {
        return options.directory().isEmpty() ? ownDriver.directory(options.dedicated()) : Path.of(options.directory());
    }

    private static Aeron client(Path directory) throws IOException {
        if (!Files.exists(directory.resolve(CncFileDescriptor.CNC_FILE))) {
            throw new IOException("there is no media driver in " + directory + "; is messaging on for the network, and is its directory"
                    + " mounted (weft messaging cdi)? Without -o directory weft perf brings a driver of its own");
        }
        try {
            return Aeron.connect(new Aeron.Context().aeronDirectoryName(directory.toString())
                    .threadFactory(Thread.ofPlatform().daemon().name("weft-perf-aeron-client").factory())
                    .errorHandler(failure -> { })); // what fails shows in the results of offer and poll
        } catch (AeronException e) {
            throw new IOException("the media driver in " + directory + " cannot be used: " + Reason.of(e), e);
        }
    }

    private static ExclusivePublication publication(Aeron aeron, StreamAddress to, AeronOptions options, StreamSetup setup)
            throws IOException {
        ExclusivePublication out = aeron.addExclusivePublication(to.channel(options.mtu()), to.stream());
        if (setup.messageBytes() > out.maxMessageLength()) {
            throw new IOException("messages of " + setup.messageBytes() + " bytes are too large for the driver in "
                    + aeron.context().aeronDirectoryName() + "; nearest: --size " + out.maxMessageLength());
        }
        return out;
    }

    private static boolean offered(ExclusivePublication out, Greeting greeting, BooleanSupplier inTime) {
        UnsafeBuffer message = greeting.encode();
        while (inTime.getAsBoolean()) {
            if (out.offer(message) > 0) {
                return true;
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
        return false;
    }

    private static Image welcomed(Subscription replies, long token, BooleanSupplier inTime) {
        while (inTime.getAsBoolean()) {
            Greeted greeted = greeted(replies, token);
            if (greeted != null) {
                return greeted.image();
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
        return null;
    }

    /** A publisher that has brought the token. */
    private record Greeted(Image image, Greeting greeting) {
    }

    /** Reads one message of everybody who publishes there. @return null when nobody brought the token */
    private static Greeted greeted(Subscription subscription, long token) {
        Greeting[] found = new Greeting[1];
        for (Image image : subscription.images()) {
            image.poll((buffer, offset, length, header) -> found[0] = Greeting.decode(buffer, offset, length), 1);
            if (found[0] != null && found[0].token() == token) {
                return new Greeted(image, found[0]);
            }
        }
        return null;
    }

    private static StreamAddress ipcAddress(Path directory) {
        return new StreamAddress(true, directory.toString(), 1 + ThreadLocalRandom.current().nextInt(MAX_STREAM_ID));
    }

    /** Aeron wants to be told a port, so one is chosen for it. */
    private static StreamAddress udpAddress(InetAddress host, int port) throws IOException {
        int chosen = port;
        if (port == 0) {
            try (DatagramSocket free = new DatagramSocket(0, host)) {
                chosen = free.getLocalPort();
            }
        }
        String name = host.getHostAddress();
        return new StreamAddress(false, (name.contains(":") ? "[" + name + "]" : name) + ":" + chosen, 1);
    }

    /** The address of this host that packets to another have. */
    private static InetAddress addressTowards(String hostAndPort) throws IOException {
        int colon = hostAndPort.lastIndexOf(':');
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.connect(new InetSocketAddress(hostAndPort.substring(0, colon), Integer.parseInt(hostAndPort.substring(colon + 1))));
            return socket.getLocalAddress();
        }
    }

    /** Ends the driver of this process, when there is one. */
    @Override
    public void close() {
        ownDriver.close();
    }

    /** Hands its client to the one transceiver it accepts. */
    private static final class AeronAcceptor implements Acceptor {
        private final Aeron aeron;
        private final Subscription subscription;
        private final StreamAddress address;
        private final StreamSetup setup;
        private final AeronOptions options;
        private boolean handedOver;

        AeronAcceptor(Aeron aeron, Subscription subscription, StreamAddress address, StreamSetup setup, AeronOptions options) {
            this.aeron = aeron;
            this.subscription = subscription;
            this.address = address;
            this.setup = setup;
            this.options = options;
        }

        @Override
        public String address() {
            return address.text();
        }

        @Override
        public Transceiver accept(long timeoutNanos) throws IOException {
            long begin = System.nanoTime();
            BooleanSupplier inTime = () -> System.nanoTime() - begin < timeoutNanos;
            while (inTime.getAsBoolean()) {
                Greeted client = greeted(subscription, setup.token());
                if (client != null) {
                    StreamAddress reply = StreamAddress.parse(client.greeting().replyAddress());
                    ExclusivePublication out = publication(aeron, reply, options, setup);
                    if (offered(out, new Greeting(setup.token(), ""), inTime)) {
                        handedOver = true;
                        return new AeronTransceiver(aeron, out, client.image(), setup);
                    }
                    out.close();
                }
                LockSupport.parkNanos(LOOK_NANOS);
            }
            return null;
        }

        @Override
        public void close() {
            if (!handedOver) {
                aeron.close();
            }
        }
    }
}
