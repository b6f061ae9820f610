package dev.weft.messaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.agent.config.MessagingConfig.Mode;
import dev.weft.counters.CounterId;
import dev.weft.link.LinkRig;
import dev.weft.linux.NativeBytes;
import dev.weft.network.IpAddresses;
import dev.weft.network.IpPrefix;
import dev.weft.testing.Mutations;
import io.aeron.Aeron;
import io.aeron.Publication;
import io.aeron.Subscription;
import io.aeron.logbuffer.LogBufferDescriptor;
import io.aeron.protocol.DataHeaderFlyweight;
import io.aeron.protocol.HeaderFlyweight;
import io.aeron.protocol.NakFlyweight;
import io.aeron.protocol.SetupFlyweight;
import io.aeron.protocol.StatusMessageFlyweight;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Host a sends what no honest driver would: whatever the frames say, the streams of others go on unharmed. */
class StrangerTest {
    private static final String AT_B = "aeron:udp?endpoint=10.42.2.2:40001";
    private static final WireAddress TARGET = wire("10.42.2.2", 40_001);
    private static final int STREAM = 1001;
    private static final int LENGTH = 96;

    @TempDir
    private Path directory;
    private TwoLanes hosts;
    private NetworkDriver driverB;
    private final Outbox forge = new Outbox(TwoLanes.BLUE, 1 << 20);
    private Aeron a;
    private Aeron b;
    private Subscription subscription;
    private Publication publication;

    private static WireAddress wire(String address, int port) {
        return WireAddress.of(new InetSocketAddress(IpAddresses.parse(address), port));
    }

    @BeforeEach
    void start() throws Exception {
        hosts = new TwoLanes();
        hosts.a.start(Streams.network("blue", TwoLanes.BLUE, Mode.SHARED), directory.resolve("a"));
        driverB = hosts.b.start(Streams.network("blue", TwoLanes.BLUE, Mode.SHARED), directory.resolve("b"));
        hosts.a.mail.add(forge);
        LinkRig.await(hosts.a.lane.locals(List.of(TwoLanes.local("10.42.1.66", TwoLanes.BLUE),
                TwoLanes.local("10.42.3.3", TwoLanes.BLUE))));
        LinkRig.await(hosts.a.lane.ranges(TwoLanes.ranges("2").peer(IpPrefix.parse("10.42.9.0/24"), TwoLanes.BLUE, 0).build()));
        a = Streams.client(directory.resolve("a"));
        b = Streams.client(directory.resolve("b"));
        subscription = b.addSubscription(AT_B, STREAM);
        publication = a.addPublication(AT_B, STREAM);
        LinkRig.until("done", () -> publication.isConnected() && subscription.isConnected());
    }

    @AfterEach
    void stop() {
        a.close();
        b.close();
        hosts.close();
    }

    private void send(WireAddress from, WireAddress to, byte[] frame) {
        long address = NativeBytes.of(frame);
        LinkRig.until("room", () -> forge.put(from, to, address, frame.length));
        hosts.a.mail.wake();
    }

    private UnsafeBuffer header(int type, int length) {
        UnsafeBuffer frame = new UnsafeBuffer(new byte[length]);
        frame.putInt(HeaderFlyweight.FRAME_LENGTH_FIELD_OFFSET, length);
        frame.putShort(HeaderFlyweight.TYPE_FIELD_OFFSET, (short) type);
        return frame;
    }

    /** The next message of the stream, as the publisher would number it, but with another content. */
    private byte[] nextData() {
        long position = publication.position();
        UnsafeBuffer frame = header(HeaderFlyweight.HDR_TYPE_DATA, LENGTH);
        frame.putByte(HeaderFlyweight.FLAGS_FIELD_OFFSET, (byte) DataHeaderFlyweight.BEGIN_AND_END_FLAGS);
        frame.putInt(DataHeaderFlyweight.TERM_OFFSET_FIELD_OFFSET, (int) position & publication.termBufferLength() - 1);
        frame.putInt(DataHeaderFlyweight.SESSION_ID_FIELD_OFFSET, publication.sessionId());
        frame.putInt(DataHeaderFlyweight.STREAM_ID_FIELD_OFFSET, STREAM);
        frame.putInt(DataHeaderFlyweight.TERM_ID_FIELD_OFFSET, LogBufferDescriptor.computeTermIdFromPosition(position,
                LogBufferDescriptor.positionBitsToShift(publication.termBufferLength()), publication.initialTermId()));
        frame.putLong(DataHeaderFlyweight.DATA_OFFSET, -666);
        return frame.byteArray();
    }

    @Test
    void shouldKeepAStreamFreeOfFramesThatANotherAddressClaimsForIt() {
        Streams.exchange(publication, subscription, 100, LENGTH - DataHeaderFlyweight.HEADER_LENGTH); // an owner is known
        UnsafeBuffer message = new UnsafeBuffer(new byte[LENGTH - DataHeaderFlyweight.HEADER_LENGTH]);
        for (int number = 0; number < 20; number++) {
            long before = driverB.strangers();
            send(wire("10.42.1.66", 5), TARGET, nextData());
            LinkRig.until("refused", () -> driverB.strangers() == before + 1);
            message.putLong(0, number);
            LinkRig.until("done", () -> publication.offer(message) > 0);
            long expected = number;
            LinkRig.until("done", () -> subscription.poll((buffer, offset, length, head) ->
                    assertEquals(expected, buffer.getLong(offset)), 1) == 1);
        }
        assertEquals(1, subscription.imageCount());
    }

    @Test
    void shouldNotLetAnotherAddressSteerAPublisher() {
        NetworkDriver driverA = hosts.a.running.getFirst();
        UnsafeBuffer status = header(HeaderFlyweight.HDR_TYPE_SM, StatusMessageFlyweight.HEADER_LENGTH);
        new StatusMessageFlyweight(status).sessionId(publication.sessionId()).streamId(STREAM);
        FabricSocket publisher = driverA.sockets().stream().filter(each -> !each.isReceiver()).findFirst().orElseThrow();
        long frame = NativeBytes.of(status.byteArray());
        // From another container of the same host, not from the one receiver that the publication is for.
        driverA.send(NetworkDriver.RECEIVER, wire("10.42.1.66", 9), wire("10.42.1.2", publisher.port()), frame, status.capacity());
        LinkRig.until("refused", () -> driverA.strangers() == 1);
        Streams.exchange(publication, subscription, 1_000, 64);
    }

    @Test
    void shouldDropAtTheLaneWhatThePeerDoesNotOwnOrMayNotReach() {
        send(wire("10.42.3.3", 5), TARGET, nextData());
        send(wire("10.42.1.66", 5), wire("10.42.9.9", 40_001), nextData());
        send(wire("10.42.1.66", 5), wire("10.42.2.2", 39_999), nextData());
        LinkRig.until("each in its counter", () -> hosts.b.count(CounterId.INGRESS_MESSAGE_DROP_FOREIGN_SOURCE) == 1
                && hosts.b.count(CounterId.INGRESS_MESSAGE_DROP_UNKNOWN_DESTINATION) == 1
                && hosts.b.count(CounterId.INGRESS_MESSAGE_DROP_NO_LISTENER) == 1);
        Streams.exchange(publication, subscription, 1_000, 64);
    }

    @Test
    void shouldSurviveFramesThatAreNotWhole() {
        UnsafeBuffer setup = header(HeaderFlyweight.HDR_TYPE_SETUP, SetupFlyweight.HEADER_LENGTH);
        new SetupFlyweight(setup).streamId(STREAM).termLength(64 << 10).mtuLength(1408);
        UnsafeBuffer nak = header(HeaderFlyweight.HDR_TYPE_NAK, NakFlyweight.HEADER_LENGTH);
        UnsafeBuffer status = header(HeaderFlyweight.HDR_TYPE_SM, StatusMessageFlyweight.HEADER_LENGTH);
        List<byte[]> seeds = List.of(nextData(), setup.byteArray(), nak.byteArray(), status.byteArray());
        WireAddress stranger = wire("10.42.1.66", 5);
        int[] count = {0};
        long room = NativeBytes.allocate(4096);
        Mutations.run(seeds, input -> {
            if (input.length > 0 && input.length <= 4096 && count[0]++ < 5_000) {
                dev.weft.linux.Memory.fromArray(input, room);
                LinkRig.until("room", () -> forge.put(stranger, TARGET, room, input.length));
                hosts.a.mail.wake();
            }
        });
        LinkRig.until("handled", forge::isEmpty);
        Streams.exchange(publication, subscription, 1_000, 64);
        assertTrue(driverB.strange() > 100, "strange " + driverB.strange());
        assertTrue(driverB.strangers() > 100, "strangers " + driverB.strangers());
    }
}
