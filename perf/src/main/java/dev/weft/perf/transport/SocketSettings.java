package dev.weft.perf.transport;

import dev.weft.linux.SocketOptions;
import java.io.IOException;
import java.lang.reflect.Method;
import java.net.StandardSocketOptions;
import java.nio.channels.NetworkChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SocketChannel;

/**
 * Sets what the user asked of a socket, and finds its descriptor. Java makes, connects and closes sockets; the hot path then reads and
 * writes the descriptor itself, because a blocking {@code SocketChannel} knows no time-out.
 *
 * <p>Options: {@code buffer} (bytes of SO_SNDBUF and SO_RCVBUF), {@code nodelay} ({@code true}, {@code false}; default true),
 * {@code congestion} (TCP algorithm), {@code busy-poll} (microseconds of SO_BUSY_POLL), {@code tos} (0 to 255).
 */
final class SocketSettings {
    static final String BUFFER = "buffer";
    static final String NO_DELAY = "nodelay";
    static final String CONGESTION = "congestion";
    static final String BUSY_POLL = "busy-poll";
    static final String TOS = "tos";

    private static final Method DESCRIPTOR = descriptorMethod();

    private SocketSettings() {
    }

    /** Before connect or bind, so that the window scale fits the buffer. */
    static void buffers(NetworkChannel channel, StreamSetup setup) throws IOException {
        String bytes = setup.option(BUFFER, "");
        if (!bytes.isEmpty()) {
            if (channel.supportedOptions().contains(StandardSocketOptions.SO_SNDBUF)) {
                channel.setOption(StandardSocketOptions.SO_SNDBUF, Integer.valueOf(bytes));
            }
            channel.setOption(StandardSocketOptions.SO_RCVBUF, Integer.valueOf(bytes));
        }
    }

    /** After connect or accept. @return the descriptor */
    static int connected(SelectableChannel channel, StreamSetup setup) throws IOException {
        int fd = descriptor(channel);
        NetworkChannel socket = (NetworkChannel) channel;
        boolean tcp = channel instanceof SocketChannel && socket.supportedOptions().contains(StandardSocketOptions.TCP_NODELAY);
        if (tcp) {
            socket.setOption(StandardSocketOptions.TCP_NODELAY, !setup.option(NO_DELAY, "true").equals("false"));
            String congestion = setup.option(CONGESTION, "");
            if (!congestion.isEmpty()) {
                SocketOptions.setCongestionControl(fd, congestion);
            }
        }
        String tos = setup.option(TOS, "");
        if (!tos.isEmpty() && socket.supportedOptions().contains(StandardSocketOptions.IP_TOS)) {
            socket.setOption(StandardSocketOptions.IP_TOS, Integer.valueOf(tos));
        }
        String busyPoll = setup.option(BUSY_POLL, "");
        if (!busyPoll.isEmpty()) {
            SocketOptions.setBusyPoll(fd, Integer.parseInt(busyPoll));
        }
        channel.configureBlocking(!setup.spin());
        SocketOptions.setTimeouts(fd, Transceiver.PATIENCE_NANOS);
        return fd;
    }

    static int descriptor(SelectableChannel channel) {
        try {
            return (int) DESCRIPTOR.invoke(channel);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("the descriptor of a socket cannot be read", e);
        }
    }

    private static Method descriptorMethod() {
        try {
            return Class.forName("sun.nio.ch.SelChImpl").getMethod("getFDVal");
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this Java has no sun.nio.ch.SelChImpl.getFDVal", e);
        }
    }
}
