package dev.weft.perf.transport;

import dev.weft.linux.Descriptors;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.concurrent.TimeUnit;

/** UDP sockets of the kernel; over Weft when the addresses are containers'. The address is the port. */
public final class UdpTransport implements Transport {
    private static final int GREETING_EVERY_MILLIS = 50;

    @Override
    public String name() {
        return "udp";
    }

    @Override
    public Traits traits() {
        return new Traits(false, false, DatagramTransceiver.MAX_BYTES, 1448);
    }

    @Override
    public String unavailable() {
        return null;
    }

    @Override
    public Transceiver connect(String address, StreamSetup setup, long timeoutNanos) throws IOException {
        InetSocketAddress remote = new InetSocketAddress(setup.host(), Integer.parseInt(address));
        DatagramChannel channel = DatagramChannel.open();
        try {
            SocketSettings.buffers(channel, setup);
            channel.connect(remote);
            greet(channel, setup, timeoutNanos);
            return new DatagramTransceiver(channel, SocketSettings.connected(channel, setup), setup, false);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw new IOException("no answer over UDP from " + setup.host() + " port " + address + ": " + Reason.of(e)
                    + "; does a firewall let the data ports through (weft perf server --data-port)?", e);
        }
    }

    private static void greet(DatagramChannel channel, StreamSetup setup, long timeoutNanos) throws IOException {
        ByteBuffer greeting = greeting(setup.token());
        ByteBuffer answer = ByteBuffer.allocate(DatagramTransceiver.GREETING_BYTES);
        long deadline = System.nanoTime() + timeoutNanos;
        while (System.nanoTime() - deadline < 0) {
            channel.write(greeting.rewind());
            if (Descriptors.awaitReadable(SocketSettings.descriptor(channel), GREETING_EVERY_MILLIS)) {
                channel.read(answer.clear());
                if (answer.flip().equals(greeting.rewind())) {
                    return;
                }
            }
        }
        throw new SocketTimeoutException("silence for " + TimeUnit.NANOSECONDS.toMillis(timeoutNanos) + " ms");
    }

    private static ByteBuffer greeting(long token) {
        return ByteBuffer.allocate(DatagramTransceiver.GREETING_BYTES).putLong(DatagramTransceiver.GREETING).putLong(token).flip();
    }

    @Override
    public Acceptor listen(StreamSetup setup) throws IOException {
        InetSocketAddress wanted = setup.host().isEmpty() ? new InetSocketAddress(setup.port())
                : new InetSocketAddress(InetAddress.getByName(setup.host()), setup.port());
        DatagramChannel channel = DatagramChannel.open();
        try {
            SocketSettings.buffers(channel, setup);
            channel.bind(wanted);
            return new UdpAcceptor(channel, setup);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw new IOException("cannot listen on " + wanted + " (udp): " + Reason.of(e)
                    + "; is the address one of this host's and the port free?", e);
        }
    }

    /** One stream a socket: the first greeting with the token connects it. */
    private static final class UdpAcceptor implements Acceptor {
        private final DatagramChannel channel;
        private final StreamSetup setup;
        private final String address;
        private boolean taken;

        UdpAcceptor(DatagramChannel channel, StreamSetup setup) throws IOException {
            this.channel = channel;
            this.setup = setup;
            address = String.valueOf(((InetSocketAddress) channel.getLocalAddress()).getPort());
        }

        @Override
        public String address() {
            return address;
        }

        @Override
        public Transceiver accept(long timeoutNanos) throws IOException {
            ByteBuffer greeting = greeting(setup.token());
            ByteBuffer arrived = ByteBuffer.allocate(DatagramTransceiver.GREETING_BYTES + 1);
            long deadline = System.nanoTime() + timeoutNanos;
            while (!taken) {
                long left = deadline - System.nanoTime();
                if (left < 0 || !Descriptors.awaitReadable(SocketSettings.descriptor(channel),
                        (int) TimeUnit.NANOSECONDS.toMillis(left) + 1)) {
                    return null;
                }
                SocketAddress from = channel.receive(arrived.clear());
                if (arrived.flip().equals(greeting.rewind())) {
                    channel.connect(from);
                    channel.write(greeting);
                    taken = true;
                }
            }
            return new DatagramTransceiver(channel, SocketSettings.connected(channel, setup), setup, true);
        }

        @Override
        public void close() {
            if (!taken) {
                try {
                    channel.close();
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            }
        }
    }
}
