package dev.weft.messaging;

import static io.aeron.logbuffer.FrameDescriptor.FRAME_ALIGNMENT;
import static io.aeron.protocol.HeaderFlyweight.HDR_TYPE_DATA;
import static io.aeron.protocol.HeaderFlyweight.HDR_TYPE_PAD;
import static io.aeron.protocol.HeaderFlyweight.HDR_TYPE_RTTM;
import static io.aeron.protocol.HeaderFlyweight.HDR_TYPE_SETUP;

import io.aeron.driver.DataPacketDispatcher;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.media.ReceiveChannelEndpoint;
import io.aeron.driver.media.UdpChannel;
import io.aeron.logbuffer.FrameDescriptor;
import io.aeron.protocol.DataHeaderFlyweight;
import io.aeron.protocol.RttMeasurementFlyweight;
import io.aeron.protocol.SetupFlyweight;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.List;
import org.agrona.BitUtil;
import org.agrona.concurrent.CachedNanoClock;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.status.AtomicCounter;

/** Where the streams of one channel arrive, and where status messages and NAKs for them leave. Receiver's thread but for open and close. */
final class FabricReceiveEndpoint extends ReceiveChannelEndpoint implements FabricSocket {
    private final NetworkDriver driver;
    private final DataHeaderFlyweight data = new DataHeaderFlyweight();
    private final SetupFlyweight setup = new SetupFlyweight();
    private final RttMeasurementFlyweight roundTrip = new RttMeasurementFlyweight();
    private final StreamOwners owners;
    private final CachedNanoClock clock;
    private List<WireAddress> own = List.of();

    FabricReceiveEndpoint(NetworkDriver driver, UdpChannel channel, DataPacketDispatcher dispatcher, AtomicCounter statusIndicator,
            MediaDriver.Context context) {
        super(channel, dispatcher, statusIndicator, context);
        this.driver = driver;
        owners = new StreamOwners(context.imageLivenessTimeoutNs());
        clock = context.receiverCachedNanoClock();
    }

    @Override
    public void openDatagramChannel(AtomicCounter statusIndicator) {
        own = driver.bind(udpChannel.remoteData(), this);
        FabricChannel channel = new FabricChannel(this::sendFrames);
        sendDatagramChannel = channel;
        receiveDatagramChannel = channel;
    }

    private boolean sendFrames(WireAddress destination, ByteBuffer buffer, long payload, int length) {
        for (WireAddress source : own) {
            if (source.isIpv4() == destination.isIpv4()) {
                return driver.send(NetworkDriver.RECEIVER, source, destination, payload, length);
            }
        }
        return driver.drop();
    }

    @Override
    public void onFrames(UnsafeBuffer buffer, int length, InetSocketAddress from) {
        if (!isValidFrame(buffer, length)) {
            return;
        }
        long address = buffer.addressOffset();
        switch (FrameDescriptor.frameType(buffer, 0)) {
            case HDR_TYPE_DATA, HDR_TYPE_PAD -> {
                if (!isWhole(buffer, length)) {
                    driver.onStrangeFrame();
                    return;
                }
                data.wrap(address, length);
                onData(buffer, length, from);
            }
            case HDR_TYPE_SETUP -> {
                if (length < SetupFlyweight.HEADER_LENGTH) {
                    driver.onStrangeFrame();
                    return;
                }
                setup.wrap(address, length);
                if (mayCome(setup.sessionId(), setup.streamId(), from)) {
                    onSetupMessage(setup, buffer, length, from, 0);
                }
            }
            case HDR_TYPE_RTTM -> {
                if (length < RttMeasurementFlyweight.HEADER_LENGTH) {
                    driver.onStrangeFrame();
                    return;
                }
                roundTrip.wrap(address, length);
                if (mayCome(roundTrip.sessionId(), roundTrip.streamId(), from)) {
                    onRttMeasurement(roundTrip, buffer, length, from, 0);
                }
            }
            default -> driver.onStrangeFrame();
        }
    }

    private void onData(UnsafeBuffer buffer, int length, InetSocketAddress from) {
        int session = data.sessionId();
        int stream = data.streamId();
        if (mayCome(session, stream, from) && onDataPacket(data, buffer, length, from, 0) > 0) {
            owners.taken(session, stream, from.getAddress(), clock.nanoTime());
        }
    }

    private boolean mayCome(int session, int stream, InetSocketAddress from) {
        if (owners.mayCome(session, stream, from.getAddress(), clock.nanoTime())) {
            return true;
        }
        driver.onStranger();
        return false;
    }

    /**
     * Whether the datagram is data frames back to back and nothing else. Subscribers step from length to length through what is inserted,
     * so a false one would lead them astray.
     */
    private static boolean isWhole(UnsafeBuffer buffer, int length) {
        if (length < DataHeaderFlyweight.HEADER_LENGTH || length % FRAME_ALIGNMENT != 0 || !isAligned(buffer)) {
            return false;
        }
        int frame = DataHeaderFlyweight.fragmentLength(buffer, 0);
        if (frame == 0) {
            return length == DataHeaderFlyweight.HEADER_LENGTH; // a heartbeat
        }
        int at = 0;
        while (at < length) {
            frame = DataHeaderFlyweight.fragmentLength(buffer, at);
            if (frame < DataHeaderFlyweight.HEADER_LENGTH) {
                return false;
            }
            if (FrameDescriptor.frameType(buffer, at) == HDR_TYPE_PAD) {
                return at + DataHeaderFlyweight.HEADER_LENGTH == length; // of padding only the header travels
            }
            at += BitUtil.align(frame, FRAME_ALIGNMENT);
        }
        return at == length;
    }

    private static boolean isAligned(UnsafeBuffer buffer) {
        int offset = DataHeaderFlyweight.termOffset(buffer, 0);
        return offset >= 0 && offset % FRAME_ALIGNMENT == 0;
    }

    @Override
    public DatagramChannel receiveDatagramChannel() {
        return driver.placeholder();
    }

    @Override
    public InetSocketAddress receive(ByteBuffer into) {
        return null; // what arrives comes through the inbox
    }

    @Override
    public String bindAddressAndPort() {
        return NetworkDriver.text(own);
    }

    @Override
    public void close() {
        driver.unbind(this);
        super.close();
    }

    @Override
    public int port() {
        return own.isEmpty() ? 0 : own.getFirst().port();
    }

    @Override
    public boolean isReceiver() {
        return true;
    }

    @Override
    public String channel() {
        return originalUriString();
    }
}
