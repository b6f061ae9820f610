package dev.weft.perf.transport;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/** Stream sockets of the unix family, between processes that share a file system. The address is the path. */
public final class UnixTransport extends StreamSocketTransport {

    public UnixTransport() {
        super(false);
    }

    @Override
    public String name() {
        return "unix";
    }

    @Override
    public Traits traits() {
        return new Traits(true, true, 64 << 20, 128 * 1024);
    }

    @Override
    SocketChannel dial(String address, StreamSetup setup, int timeoutMillis) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(address));
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw new IOException("cannot connect to " + address + ": " + Reason.of(e)
                    + "; unix sockets need client and server on one host that see the same files", e);
        }
    }

    @Override
    ServerSocketChannel openServer() throws IOException {
        return ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    }

    @Override
    SocketAddress bindAddress(StreamSetup setup) throws IOException {
        Path folder = Files.createTempDirectory("weft-perf");
        return UnixDomainSocketAddress.of(folder.resolve("socket"));
    }

    @Override
    String publish(SocketAddress bound) {
        return ((UnixDomainSocketAddress) bound).getPath().toString();
    }

    @Override
    void cleanUp(SocketAddress bound) {
        Path socket = ((UnixDomainSocketAddress) bound).getPath();
        try {
            Files.deleteIfExists(socket);
            Files.deleteIfExists(socket.getParent());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
