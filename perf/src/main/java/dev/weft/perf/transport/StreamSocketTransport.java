package dev.weft.perf.transport;

import dev.weft.linux.Descriptors;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;

/** What TCP and unix sockets have in common. The connecting end sends the token as the first eight bytes. */
abstract class StreamSocketTransport implements Transport {
    private static final int TOKEN_WAIT_MILLIS = 1000;
    private static final int BACKLOG = 1024;

    private final boolean tcp;

    StreamSocketTransport(boolean tcp) {
        this.tcp = tcp;
    }

    @Override
    public String unavailable() {
        return null;
    }

    /** A connected socket, within the time. */
    abstract SocketChannel dial(String address, StreamSetup setup, int timeoutMillis) throws IOException;

    /** A socket that is not yet bound. */
    abstract ServerSocketChannel openServer() throws IOException;

    abstract SocketAddress bindAddress(StreamSetup setup) throws IOException;

    /** What the other end needs. */
    abstract String publish(SocketAddress bound);

    /** After the server has been closed. */
    void cleanUp(SocketAddress bound) {
    }

    @Override
    public Transceiver connect(String address, StreamSetup setup, long timeoutNanos) throws IOException {
        SocketChannel channel = dial(address, setup, (int) Math.max(1, TimeUnit.NANOSECONDS.toMillis(timeoutNanos)));
        try {
            ByteBuffer token = ByteBuffer.allocate(Long.BYTES).putLong(0, setup.token());
            while (token.hasRemaining()) {
                channel.write(token);
            }
            return transceiver(channel, setup);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private Transceiver transceiver(SocketChannel channel, StreamSetup setup) throws IOException {
        return new StreamSocketTransceiver(channel, SocketSettings.connected(channel, setup), tcp, setup.messageBytes());
    }

    @Override
    public Acceptor listen(StreamSetup setup) throws IOException {
        ServerSocketChannel server = openServer();
        SocketAddress wanted = bindAddress(setup);
        try {
            SocketSettings.buffers(server, setup);
            server.bind(wanted, BACKLOG);
            server.configureBlocking(false);
            return new SocketAcceptor(server, server.getLocalAddress(), setup);
        } catch (IOException | RuntimeException e) {
            server.close();
            throw new IOException("cannot listen on " + wanted + " (" + name() + "): " + Reason.of(e)
                    + "; is the address one of this host's and the port free?", e);
        }
    }

    private final class SocketAcceptor implements Acceptor {
        private final ServerSocketChannel server;
        private final SocketAddress bound;
        private final StreamSetup setup;

        SocketAcceptor(ServerSocketChannel server, SocketAddress bound, StreamSetup setup) {
            this.server = server;
            this.bound = bound;
            this.setup = setup;
        }

        @Override
        public String address() {
            return publish(bound);
        }

        @Override
        public Transceiver accept(long timeoutNanos) throws IOException {
            long deadline = System.nanoTime() + timeoutNanos;
            while (true) {
                SocketChannel channel = server.accept();
                if (channel != null) {
                    if (bringsToken(channel)) {
                        return transceiver(channel, setup);
                    }
                    channel.close();
                }
                long left = deadline - System.nanoTime();
                if (channel == null && left <= 0) {
                    return null;
                }
                if (channel == null) {
                    Descriptors.awaitReadable(SocketSettings.descriptor(server), (int) Math.max(1, TimeUnit.NANOSECONDS.toMillis(left)));
                }
            }
        }

        private boolean bringsToken(SocketChannel channel) throws IOException {
            ByteBuffer token = ByteBuffer.allocate(Long.BYTES);
            int fd = SocketSettings.descriptor(channel);
            long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(TOKEN_WAIT_MILLIS);
            while (token.hasRemaining()) {
                int left = (int) TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (left <= 0 || !Descriptors.awaitReadable(fd, left) || channel.read(token) < 0) {
                    return false;
                }
            }
            return token.getLong(0) == setup.token();
        }

        @Override
        public void close() {
            try {
                server.close();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            } finally {
                cleanUp(bound);
            }
        }
    }

    static void reuse(ServerSocketChannel server) throws IOException {
        server.setOption(StandardSocketOptions.SO_REUSEADDR, true);
    }
}
