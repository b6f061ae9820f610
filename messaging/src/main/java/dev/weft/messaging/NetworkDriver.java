package dev.weft.messaging;

import dev.weft.agent.config.MessagingConfig.Mode;
import dev.weft.agent.config.MessagingConfig.OfNetwork;
import dev.weft.frame.FrameHeader;
import dev.weft.frame.MessageHeader;
import dev.weft.linux.Memory;
import dev.weft.message.MessageLane;
import io.aeron.driver.DriverConductorProxy;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.exceptions.InvalidChannelException;
import io.aeron.driver.media.UdpChannel;
import io.aeron.protocol.HeaderFlyweight;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.agrona.CloseHelper;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * One media driver: of a network, or of one endpoint. Its sockets hold addresses of the network on this host and nothing else.
 *
 * <pre>
 *   sender thread    --> outbox of a lane, or an inbox of this host
 *   receiver thread  --> outbox of a lane, or an inbox of this host
 *   lanes, drivers   --> inbox of the sender (status, NAK), inbox of the receiver (data, setup)
 * </pre>
 */
final class NetworkDriver implements AutoCloseable {
    /** Index of the threads that send. */
    static final int SENDER = 0;
    static final int RECEIVER = 1;

    private static final int CONTROL_CAPACITY = 128 << 10;
    private static final int CONTROL_MAX = CONTROL_CAPACITY / 8 - MessageHeader.LENGTH;

    private final OfNetwork config;
    private final InetAddress only;
    private final long onlyHigh;
    private final long onlyLow;
    private final Drivers drivers;
    private final SocketTable sockets = new SocketTable();
    private final Inbox[] inboxes = {new Inbox(sockets), new Inbox(sockets)};
    private final Outbox[][] outboxes;
    private final LaneMail[] lanes;
    private final boolean oneThread;
    private final UnsafeBuffer direct = new UnsafeBuffer(0, 0);
    private final DatagramChannel placeholder;
    private final LongAdder dropped = new LongAdder();
    private final LongAdder strange = new LongAdder();
    private final LongAdder strangers = new LongAdder();
    private DriverConductorProxy conductor;
    private MediaDriver media;

    /**
     * @param only the one address the driver may use, or null for all of its network on this host
     */
    private NetworkDriver(OfNetwork config, InetAddress only, Drivers drivers, LaneMail[] lanes) throws IOException {
        this.config = config;
        this.only = only;
        onlyHigh = only == null ? 0 : WireAddress.high(only);
        onlyLow = only == null ? 0 : WireAddress.low(only);
        this.drivers = drivers;
        this.lanes = lanes;
        oneThread = config.mode() == Mode.SHARED;
        placeholder = DatagramChannel.open();
        placeholder.configureBlocking(false);
        outboxes = new Outbox[lanes.length][];
        for (int lane = 0; lane < lanes.length; lane++) {
            outboxes[lane] = new Outbox[] {new Outbox(config.vni(), Inbox.CAPACITY), new Outbox(config.vni(), CONTROL_CAPACITY)};
        }
    }

    /**
     * Starts the driver in a directory that is ready ({@link MessagingDirectory}).
     *
     * @throws IOException when the driver cannot start; says where and why
     */
    static NetworkDriver start(OfNetwork config, InetAddress only, String directory, Drivers drivers, LaneMail[] lanes)
            throws IOException {
        NetworkDriver driver = new NetworkDriver(config, only, drivers, lanes);
        try {
            driver.launch(directory);
            MessagingDirectory.reserve(Path.of(directory));
            return driver;
        } catch (RuntimeException | IOException | InternalError e) { // InternalError: mapped memory that the file system has no room for
            CloseHelper.quietClose(driver);
            throw new IOException("the media driver of network '" + config.network() + "' does not start in " + directory + ": "
                    + (e instanceof InternalError ? "the file system is full; a container has filled it, or memory: is too small"
                    : e.getMessage()), e);
        }
    }

    private void launch(String directory) {
        for (int lane = 0; lane < lanes.length; lane++) {
            lanes[lane].add(outboxes[lane][SENDER]);
            lanes[lane].add(outboxes[lane][RECEIVER]);
        }
        media = MediaDriver.launch(DriverContext.of(config, directory, inboxes[SENDER], inboxes[RECEIVER])
                .sendChannelEndpointSupplier((channel, status, context) -> {
                    refuse(channel, false);
                    return new FabricSendEndpoint(this, channel, status, context);
                })
                .receiveChannelEndpointSupplier((channel, dispatcher, status, context) -> {
                    refuse(channel, true);
                    return new FabricReceiveEndpoint(this, channel, dispatcher, status, context);
                }));
    }

    private void refuse(UdpChannel channel, boolean receives) {
        if (channel.isMulticast()) {
            throw new InvalidChannelException("Weft carries no multicast; use control-mode=dynamic or manual: "
                    + channel.originalUriString());
        }
        if (receives && channel.isManualControlMode()) {
            throw new InvalidChannelException("a subscription with destinations of its own (control-mode=manual) opens sockets that Weft"
                    + " cannot replace; add one subscription for each endpoint: " + channel.originalUriString());
        }
    }

    // ---- sockets, on the conductor's thread -----------------------------------------------------------------------------------

    /**
     * Gives a channel endpoint its addresses: the one asked for, or for the wildcard one of each family.
     *
     * @throws InvalidChannelException when the address is not one this driver may use, or is in use
     */
    List<WireAddress> bind(InetSocketAddress wanted, FabricSocket socket) {
        InetAddress address = wanted.getAddress();
        List<InetAddress> addresses = address.isAnyLocalAddress() && !socket.isReceiver() ? drivers.anyOf(config.vni(), only)
                : List.of(address);
        if (addresses.isEmpty()) {
            throw new InvalidChannelException("network '" + config.network() + "' has no address on this host yet, so nothing can be sent"
                    + " from it: " + socket.channel());
        }
        for (InetAddress each : addresses) {
            if (!mayUse(each)) {
                throw new InvalidChannelException(each.getHostAddress() + " is not an address of " + (only == null
                        ? "network '" + config.network() + "' on this host" : only.getHostAddress() + ", whose driver this is")
                        + "; name the container's own address: " + socket.channel());
            }
        }
        try {
            return sockets.bind(addresses, wanted.getPort(), socket);
        } catch (BindException e) {
            throw new InvalidChannelException(e.getMessage(), e);
        }
    }

    private boolean mayUse(InetAddress address) {
        return only == null ? drivers.isLocal(config.vni(), address) : only.equals(address) && drivers.isLocal(config.vni(), address);
    }

    /** Whether an address of the driver's network is this driver's. */
    boolean serves(long high, long low) {
        return only == null || onlyHigh == high && onlyLow == low;
    }

    void unbind(FabricSocket socket) {
        sockets.unbind(socket);
    }

    /**
     * What Aeron's pollers register with their selectors: they insist on a channel of the JDK. One a driver, never bound, never
     * connected; no datagram passes it.
     */
    DatagramChannel placeholder() {
        return placeholder;
    }

    static String text(List<WireAddress> addresses) {
        if (addresses.isEmpty()) {
            return "";
        }
        WireAddress first = addresses.getFirst();
        String host = first.socket().getAddress().getHostAddress();
        return (first.isIpv4() ? host : "[" + host + "]") + ":" + first.port();
    }

    // ---- frames, on the sender's and the receiver's thread --------------------------------------------------------------------

    /**
     * Sends what one datagram would hold.
     *
     * @param thread {@link #SENDER} or {@link #RECEIVER}: the calling one
     * @return false when there is no room now
     */
    boolean send(int thread, WireAddress source, WireAddress destination, long payload, int length) {
        NetworkDriver local = drivers.at(config.vni(), destination.high(), destination.low());
        if (local != null) {
            return local.sendLocally(this, source, destination, payload, length);
        }
        if (thread == RECEIVER && length > CONTROL_MAX) {
            return drop();
        }
        int lane = lanes.length == 1 ? 0 : Math.floorMod(source.port() * 31 + destination.port(), lanes.length);
        if (!outboxes[lane][thread].put(source, destination, payload, length)) {
            lanes[lane].wake();
            return false;
        }
        lanes[lane].wake();
        return true;
    }

    /** The destination is of this driver, the sender a driver of the same network on the same host. */
    private boolean sendLocally(NetworkDriver from, WireAddress source, WireAddress destination, long payload, int length) {
        FabricSocket socket = sockets.find(destination.high(), destination.low(), destination.port());
        if (socket == null) {
            return drop(); // as UDP does
        }
        if (from == this && oneThread && socket.isReceiver() && isData(payload, length)) {
            direct.wrap(payload, length); // from the publisher's log straight into the image: this thread owns both
            socket.onFrames(direct, length, source.socket());
            return true;
        }
        return inboxes[socket.isReceiver() ? RECEIVER : SENDER].put(source, destination, payload, length) == MessageLane.DELIVERED;
    }

    private static boolean isData(long payload, int length) {
        return length >= HeaderFlyweight.MIN_HEADER_LENGTH && Memory.getByte(payload + HeaderFlyweight.TYPE_FIELD_OFFSET)
                <= HeaderFlyweight.HDR_TYPE_DATA && Memory.getByte(payload + HeaderFlyweight.TYPE_FIELD_OFFSET + 1) == 0;
    }

    /** Counts a datagram that goes nowhere. @return true: it needs no second try */
    boolean drop() {
        dropped.increment();
        return true;
    }

    /** Counts frames that are not whole or not of a type that belongs there. */
    void onStrangeFrame() {
        strange.increment();
    }

    /** Counts frames that name a stream which is somebody else's. */
    void onStranger() {
        strangers.increment();
    }

    /** Sender's thread. */
    void conductor(DriverConductorProxy proxy) {
        conductor = proxy;
    }

    /** Null until the driver's first look at its send endpoints. Sender's thread. */
    DriverConductorProxy conductor() {
        return conductor;
    }

    // ---- frames, on lanes ----------------------------------------------------------------------------------------------------

    /** As {@link MessageLane#deliver}. */
    int deliver(long message, int length) {
        FabricSocket socket = sockets.find(MessageHeader.destinationHigh(message), MessageHeader.destinationLow(message),
                MessageHeader.destinationPort(message));
        if (socket == null || length > FrameHeader.MAX_BODY_LENGTH) {
            return MessageLane.NO_LISTENER;
        }
        return inboxes[socket.isReceiver() ? RECEIVER : SENDER].put(message, length);
    }

    // ---- for people ----------------------------------------------------------------------------------------------------------

    OfNetwork config() {
        return config;
    }

    /** Null when the driver serves the whole network. */
    InetAddress only() {
        return only;
    }

    MediaDriver media() {
        return media;
    }

    /** Every socket that is open. */
    List<FabricSocket> sockets() {
        return sockets.all();
    }

    long dropped() {
        return dropped.sum();
    }

    long strange() {
        return strange.sum();
    }

    long strangers() {
        return strangers.sum();
    }

    /** Stops the driver's threads; clients see it end. Idempotent. */
    @Override
    public void close() {
        List<AutoCloseable> parts = new ArrayList<>();
        if (media != null) {
            parts.add(media);
        }
        parts.add(placeholder);
        try {
            CloseHelper.closeAll(parts);
        } catch (RuntimeException e) {
            throw new UncheckedIOException(new IOException("the media driver of network '" + config.network() + "' did not stop cleanly: "
                    + e.getMessage(), e));
        } finally {
            for (int lane = 0; lane < lanes.length; lane++) {
                lanes[lane].remove(outboxes[lane][SENDER]);
                lanes[lane].remove(outboxes[lane][RECEIVER]);
            }
        }
    }
}
