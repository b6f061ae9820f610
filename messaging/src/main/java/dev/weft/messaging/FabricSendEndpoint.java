package dev.weft.messaging;

import static io.aeron.protocol.HeaderFlyweight.HDR_TYPE_ERR;
import static io.aeron.protocol.HeaderFlyweight.HDR_TYPE_NAK;
import static io.aeron.protocol.HeaderFlyweight.HDR_TYPE_RSP_SETUP;
import static io.aeron.protocol.HeaderFlyweight.HDR_TYPE_RTTM;
import static io.aeron.protocol.HeaderFlyweight.HDR_TYPE_SM;

import io.aeron.driver.DriverConductorProxy;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.media.SendChannelEndpoint;
import io.aeron.driver.media.UdpChannel;
import io.aeron.logbuffer.FrameDescriptor;
import io.aeron.protocol.ErrorFlyweight;
import io.aeron.protocol.NakFlyweight;
import io.aeron.protocol.ResponseSetupFlyweight;
import io.aeron.protocol.RttMeasurementFlyweight;
import io.aeron.protocol.StatusMessageFlyweight;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.status.AtomicCounter;

/** Where publications of one channel leave, and where status messages and NAKs for them arrive. Sender's thread, but for open and close. */
final class FabricSendEndpoint extends SendChannelEndpoint implements FabricSocket {
    private final NetworkDriver driver;
    private final NakFlyweight nak = new NakFlyweight();
    private final StatusMessageFlyweight status = new StatusMessageFlyweight();
    private final RttMeasurementFlyweight roundTrip = new RttMeasurementFlyweight();
    private final ResponseSetupFlyweight responseSetup = new ResponseSetupFlyweight();
    private final ErrorFlyweight error = new ErrorFlyweight();
    private List<WireAddress> sources = List.of();
    private WireAddress source4;
    private WireAddress source6;

    FabricSendEndpoint(NetworkDriver driver, UdpChannel channel, AtomicCounter statusIndicator, MediaDriver.Context context) {
        super(channel, statusIndicator, context);
        this.driver = driver;
    }

    @Override
    public void openDatagramChannel(AtomicCounter statusIndicator) {
        sources = driver.bind(udpChannel.localControl(), this);
        sources.forEach(source -> {
            if (source.isIpv4()) {
                source4 = source;
            } else {
                source6 = source;
            }
        });
        FabricChannel channel = new FabricChannel(this::sendFrames);
        if (connectAddress != null) {
            channel.connect(connectAddress);
        }
        sendDatagramChannel = channel;
        receiveDatagramChannel = channel;
    }

    private boolean sendFrames(WireAddress destination, ByteBuffer buffer, long payload, int length) {
        WireAddress source = destination.isIpv4() ? source4 : source6;
        return source == null ? driver.drop() : driver.send(NetworkDriver.SENDER, source, destination, payload, length);
    }

    @Override
    public void onFrames(UnsafeBuffer buffer, int length, InetSocketAddress from) {
        DriverConductorProxy conductor = driver.conductor();
        if (conductor == null || !isValidFrame(buffer, length)) {
            return; // without the conductor: the first moments of a driver; status is told again
        }
        int type = FrameDescriptor.frameType(buffer, 0);
        if (length < shortest(type)) {
            driver.onStrangeFrame();
            return;
        }
        if (connectAddress != null && !connectAddress.equals(from)) {
            driver.onStranger(); // not the one receiver of this channel: it must not speed it up, slow it down or end it
            return;
        }
        long address = buffer.addressOffset();
        switch (type) {
            case HDR_TYPE_SM -> {
                status.wrap(address, length);
                onStatusMessage(status, buffer, length, from, conductor);
            }
            case HDR_TYPE_NAK -> {
                nak.wrap(address, length);
                onNakMessage(nak, buffer, length, from);
            }
            case HDR_TYPE_RTTM -> {
                roundTrip.wrap(address, length);
                onRttMeasurement(roundTrip, buffer, length, from);
            }
            case HDR_TYPE_RSP_SETUP -> {
                responseSetup.wrap(address, length);
                onResponseSetup(responseSetup, buffer, length, from, conductor);
            }
            case HDR_TYPE_ERR -> {
                error.wrap(address, length);
                onError(error, buffer, length, from, conductor);
            }
            default -> driver.onStrangeFrame();
        }
    }

    private static int shortest(int type) {
        return switch (type) {
            case HDR_TYPE_SM -> StatusMessageFlyweight.HEADER_LENGTH;
            case HDR_TYPE_NAK -> NakFlyweight.HEADER_LENGTH;
            case HDR_TYPE_RTTM -> RttMeasurementFlyweight.HEADER_LENGTH;
            case HDR_TYPE_RSP_SETUP -> ResponseSetupFlyweight.HEADER_LENGTH;
            case HDR_TYPE_ERR -> ErrorFlyweight.HEADER_LENGTH;
            default -> 0;
        };
    }

    /** Aeron hands its conductor's proxy to pollers only; they pass it on here. There are no names to resolve again. */
    @Override
    public void checkForReResolution(long now, DriverConductorProxy conductor) {
        driver.conductor(conductor);
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
        return NetworkDriver.text(sources);
    }

    @Override
    public void close() {
        driver.unbind(this);
        super.close();
    }

    @Override
    public int port() {
        return sources.isEmpty() ? 0 : sources.getFirst().port();
    }

    @Override
    public boolean isReceiver() {
        return false;
    }

    @Override
    public String channel() {
        return originalUriString();
    }
}
