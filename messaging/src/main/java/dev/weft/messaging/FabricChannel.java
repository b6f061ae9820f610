package dev.weft.messaging;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.MembershipKey;
import java.nio.channels.spi.SelectorProvider;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.agrona.BufferUtil;

/**
 * The datagram channel that Aeron's channel endpoints send on: no socket, but Weft's links. Aeron's own classes for destinations write to
 * the channel of their endpoint, so this one seam serves publications, status messages, NAKs and multi-destination alike.
 *
 * <p>Sending follows the contract of a non-blocking {@link DatagramChannel}: everything, or 0 when there is no room now. Nothing is ever
 * received on it; see {@link Inbox}. Used on one driver thread, except for {@link #close}.
 */
final class FabricChannel extends DatagramChannel {
    private final Exit exit;
    private final Map<SocketAddress, WireAddress> destinations = new HashMap<>();
    private SocketAddress lastTarget;
    private WireAddress lastDestination;
    private InetSocketAddress connected;

    /** Where datagrams leave the driver. */
    @FunctionalInterface
    interface Exit {
        /**
         * @param payload address of the frames
         * @return false when there is no room now; true when they are on their way or dropped for good
         */
        boolean send(WireAddress destination, ByteBuffer buffer, long payload, int length);
    }

    FabricChannel(Exit exit) {
        super(SelectorProvider.provider());
        this.exit = exit;
    }

    @Override
    public int send(ByteBuffer source, SocketAddress target) {
        int length = source.remaining();
        WireAddress destination = target == lastTarget ? lastDestination : destination(target);
        if (!exit.send(destination, source, BufferUtil.address(source) + source.position(), length)) {
            return 0;
        }
        source.position(source.limit());
        return length;
    }

    private WireAddress destination(SocketAddress target) {
        WireAddress found = destinations.get(target);
        if (found == null) {
            if (destinations.size() >= 4096) {
                destinations.clear();
            }
            found = WireAddress.of((InetSocketAddress) target);
            destinations.put(target, found);
        }
        lastTarget = target;
        lastDestination = found;
        return found;
    }

    @Override
    public int write(ByteBuffer source) {
        return send(source, connected);
    }

    @Override
    public DatagramChannel connect(SocketAddress remote) {
        connected = (InetSocketAddress) remote;
        return this;
    }

    @Override
    public DatagramChannel disconnect() {
        connected = null;
        return this;
    }

    @Override
    public boolean isConnected() {
        return connected != null;
    }

    @Override
    public SocketAddress getRemoteAddress() {
        return connected;
    }

    @Override
    public SocketAddress getLocalAddress() {
        return null;
    }

    @Override
    public DatagramChannel bind(SocketAddress local) {
        throw new UnsupportedOperationException("bound by the driver's socket table");
    }

    @Override
    public SocketAddress receive(ByteBuffer into) {
        return null;
    }

    @Override
    public int read(ByteBuffer into) {
        return 0;
    }

    @Override
    public long read(ByteBuffer[] into, int offset, int length) {
        return 0;
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) {
        throw new UnsupportedOperationException("one buffer a datagram");
    }

    @Override
    public <T> DatagramChannel setOption(SocketOption<T> name, T value) {
        return this; // buffer sizes of a socket that is not there
    }

    @Override
    public <T> T getOption(SocketOption<T> name) {
        return null;
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return Set.of();
    }

    @Override
    public DatagramSocket socket() {
        throw new UnsupportedOperationException("there is no socket");
    }

    @Override
    public MembershipKey join(InetAddress group, NetworkInterface on) throws IOException {
        throw new IOException("Weft carries no multicast");
    }

    @Override
    public MembershipKey join(InetAddress group, NetworkInterface on, InetAddress source) throws IOException {
        throw new IOException("Weft carries no multicast");
    }

    @Override
    protected void implCloseSelectableChannel() {
        destinations.clear();
    }

    @Override
    protected void implConfigureBlocking(boolean block) {
        // Never blocks.
    }
}
