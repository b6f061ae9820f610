package dev.weft.perf.transport;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/** TCP sockets of the kernel; over Weft when the addresses are containers'. The address is the port. */
public final class TcpTransport extends StreamSocketTransport {

    public TcpTransport() {
        super(true);
    }

    @Override
    public String name() {
        return "tcp";
    }

    @Override
    public Traits traits() {
        return new Traits(true, true, 64 << 20, 128 * 1024);
    }

    @Override
    SocketChannel dial(String address, StreamSetup setup, int timeoutMillis) throws IOException {
        InetSocketAddress remote = new InetSocketAddress(setup.host(), Integer.parseInt(address));
        SocketChannel channel = SocketChannel.open();
        try {
            SocketSettings.buffers(channel, setup);
            channel.socket().connect(remote, timeoutMillis);
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw new IOException("cannot connect to " + setup.host() + " port " + address + ": " + Reason.of(e)
                    + "; does a firewall let the data ports through (weft perf server --data-port)?", e);
        }
    }

    @Override
    ServerSocketChannel openServer() throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open();
        reuse(server);
        return server;
    }

    @Override
    SocketAddress bindAddress(StreamSetup setup) throws IOException {
        return setup.host().isEmpty() ? new InetSocketAddress(setup.port())
                : new InetSocketAddress(InetAddress.getByName(setup.host()), setup.port());
    }

    @Override
    String publish(SocketAddress bound) {
        return String.valueOf(((InetSocketAddress) bound).getPort());
    }
}
