package dev.weft.session;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.counters.CounterId;
import dev.weft.counters.Counters;
import dev.weft.frame.FrameHeader;
import dev.weft.frame.FrameType;
import dev.weft.link.LaneTransport;
import dev.weft.link.Link;
import dev.weft.link.LinkListener;
import dev.weft.link.MemoryTransport;
import dev.weft.link.Recorder;
import dev.weft.linux.Memory;
import dev.weft.loop.FakeLoop;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two sides in one thread with time in the test's hand. Side a has the smaller id and connects. */
class SessionTest {
    private static final SessionConfig CONFIG = new SessionConfig(200_000_000L, 1_000_000_000L, 5_000_000_000L, 100_000_000L,
            5_000_000_000L, 80_000_000L, 300_000_000_000L);
    private static final InetSocketAddress A_ADDRESS = new InetSocketAddress(InetAddress.getLoopbackAddress(), 4790);
    private static final InetSocketAddress B_ADDRESS = new InetSocketAddress(InetAddress.getLoopbackAddress(), 5790);

    private final MemoryTransport network = new MemoryTransport();
    private Side a;
    private Side b;

    /** One agent's lane, reduced to one session. */
    private final class Side implements SessionEvents {
        final FakeLoop loop = new FakeLoop(0);
        final Counters counters = new Counters();
        final List<byte[]> data = new ArrayList<>();
        final List<String> losses = new ArrayList<>();
        final LaneTransport transport;
        final SessionContext context;
        final Session session;
        final Reception reception;

        Side(String id, InetSocketAddress own, String peer, InetSocketAddress other, long incarnation, long seed) {
            transport = network.open(loop);
            LocalHost local = new LocalHost(id, incarnation, 1, 65000, own);
            context = new SessionContext(loop, local, CONFIG, counters, transport,
                    RdmaSetup.none("not in this test"), this, new Random(seed));
            session = new Session(context, new RemoteHost(0, peer, other), 0, 0);
            reception = new Reception(context, (hello, from) -> {
                if (!hello.hostId().equals(peer)) {
                    throw new Hello.Refused("host '" + hello.hostId() + "' is not in the directory");
                }
                return session;
            });
            transport.listen(own, reception);
        }

        @Override
        public void onData(Session from, int vni, long body, int bodyLength) {
            data.add(Memory.toArray(body, bodyLength));
        }

        @Override
        public void onEstablished(Session from, Hello hello) {
            assertTrue(from.isEstablished());
        }

        @Override
        public void onLost(Session from, String reason) {
            losses.add(reason);
        }

        boolean send(byte[] body) {
            long frame = session.claim();
            if (frame < 0) {
                return false;
            }
            Memory.fromArray(body, frame + FrameHeader.LENGTH);
            session.send(frame, 1, body.length);
            session.flush();
            return true;
        }

        long count(CounterId id) {
            return counters.get(id);
        }
    }

    @BeforeEach
    void twoSides() {
        a = new Side("a", A_ADDRESS, "b", B_ADDRESS, 1000, 1);
        b = new Side("b", B_ADDRESS, "a", A_ADDRESS, 1000, 2);
    }

    private void run(long millis) {
        for (long passed = 0; passed <= millis; passed += 20) {
            a.session.onTick(a.loop.nanoTime(), false);
            b.session.onTick(b.loop.nanoTime(), false);
            a.reception.onTick(a.loop.nanoTime());
            b.reception.onTick(b.loop.nanoTime());
            FakeLoop.runAll(a.loop, b.loop);
            a.loop.advanceMillis(20);
            b.loop.advanceMillis(20);
        }
    }

    private Link strangerTo(Side side, InetSocketAddress address, Recorder saw) {
        Link[] link = new Link[1];
        FakeLoop loop = new FakeLoop(9);
        network.open(loop).connect(null, address, new byte[0], 1000, new LaneTransport.ConnectHandler() {
            @Override
            public LinkListener onConnected(Link connected) {
                link[0] = connected;
                return saw;
            }

            @Override
            public void onFailed(String reason) {
                saw.closings.add(reason);
            }
        });
        strangers.add(loop);
        FakeLoop.runAll(side.loop, loop);
        return link[0];
    }

    private final List<FakeLoop> strangers = new ArrayList<>();

    private void put(Link link, int type, int epoch, long sequence, byte[] body) {
        long frame = link.claim(FrameHeader.LENGTH + body.length);
        FrameHeader.write(frame, type, body.length, 1, epoch, sequence);
        Memory.fromArray(body, frame + FrameHeader.LENGTH);
        link.commit(FrameHeader.LENGTH + body.length);
        link.flush();
        FakeLoop.runAll(a.loop, b.loop, strangers.getLast());
    }

    private static byte[] hello(String from, String to, int min, int max, long incarnation) {
        return new Hello(min, max, 77, incarnation, 0, 1, 0, 65000, from, to).encode();
    }

    @Test
    void shouldEstablishAndCarryDataBothWays() {
        run(40);
        assertTrue(a.session.isEstablished() && b.session.isEstablished());
        assertTrue(a.send(new byte[] {1, 2, 3}));
        assertTrue(b.send(new byte[] {4}));
        run(0);
        assertArrayEquals(new byte[] {1, 2, 3}, b.data.getFirst());
        assertArrayEquals(new byte[] {4}, a.data.getFirst());
    }

    @Test
    void shouldStayUpOnHeartbeatsAlone() {
        run(10_000);
        assertTrue(a.session.isEstablished() && b.session.isEstablished());
        assertEquals(1, a.count(CounterId.SESSIONS_ESTABLISHED));
        assertEquals(List.of(), a.losses);
    }

    @Test
    void shouldGiveUpASilentPeerAndComeBackWhenItSpeaksAgain() {
        run(40);
        for (int i = 0; i < 60; i++) { // b is stopped: its loop does not turn
            a.session.onTick(a.loop.nanoTime(), false);
            a.loop.advanceMillis(20);
        }
        assertFalse(a.session.isEstablished());
        assertTrue(a.losses.getFirst().contains("heard nothing"), a.losses.getFirst());
        assertEquals(Link.CLOSED, a.session.claim());
        b.loop.advanceMillis(1200);
        b.session.onTick(b.loop.nanoTime(), true);
        run(6_000);
        assertTrue(a.session.isEstablished() && b.session.isEstablished());
        assertTrue(a.send(new byte[] {9}));
        run(0);
        assertEquals(1, b.data.size());
    }

    @Test
    void shouldNotBlameThePeerForAPauseOfItsOwn() {
        run(40);
        a.loop.advanceMillis(30_000);
        a.session.onTick(a.loop.nanoTime(), true);
        assertTrue(a.session.isEstablished());
    }

    @Test
    void shouldTryAgainWithGrowingPausesWhileNobodyListens() {
        b.transport.close();
        run(60_000);
        long attempts = a.count(CounterId.CONNECT_FAILURES);
        assertTrue(attempts >= 12 && attempts <= 40, "attempts in a minute: " + attempts);
    }

    @Test
    void shouldBeBackAtOnceWhenTheSideThatDoesNotConnectHasRestartedAndKnocks() {
        b.transport.close();
        run(30_000); // a waits seconds between its attempts by now
        b = new Side("b", B_ADDRESS, "a", A_ADDRESS, 2000, 4);
        long attempts = a.count(CounterId.CONNECT_FAILURES);
        b.session.onTick(b.loop.nanoTime(), false);
        FakeLoop.runAll(a.loop, b.loop);
        assertTrue(a.session.isEstablished() && b.session.isEstablished(), a.session.status() + " and " + b.session.status());
        assertEquals(attempts, a.count(CounterId.CONNECT_FAILURES));
        assertEquals(0, a.count(CounterId.SESSIONS_REFUSED) + b.count(CounterId.SESSIONS_REFUSED));
    }

    @Test
    void shouldLeaveADeadAgentForTheOneThatKnocksInItsPlaceButNotForAnOlderOne() {
        run(40);
        Recorder saw = new Recorder();
        put(strangerTo(a, A_ADDRESS, saw), FrameType.HELLO, 0, 0, hello("b", "a", 1, 1, 500));
        assertTrue(a.session.isEstablished());
        assertEquals(List.of(), a.losses);
        put(strangerTo(a, A_ADDRESS, saw), FrameType.HELLO, 0, 0, hello("b", "a", 1, 1, 2000));
        assertTrue(a.losses.getFirst().contains("a new agent of the peer"), a.losses.toString());
        assertEquals(FrameType.GOODBYE, saw.frames.getLast()[1] & 0xFF);
    }

    @Test
    void shouldDropReplayedAndImpossibleFramesAndCountGaps() {
        run(40);
        b.session.close("test");
        Side fresh = b;
        Recorder saw = new Recorder();
        Side target = new Side("c", new InetSocketAddress(InetAddress.getLoopbackAddress(), 6790), "a", A_ADDRESS, 1000, 3);
        Link link = strangerTo(target, new InetSocketAddress(InetAddress.getLoopbackAddress(), 6790), saw);
        runWith(target, link, FrameType.HELLO, 0, 0, hello("a", "c", 1, 1, 5000));
        assertTrue(target.session.isEstablished());
        runWith(target, link, FrameType.DATA, 77, 1, new byte[] {1});
        runWith(target, link, FrameType.DATA, 77, 1, new byte[] {1});
        runWith(target, link, FrameType.DATA, 77, 1L << 40, new byte[] {2});
        runWith(target, link, FrameType.DATA, 78, 2, new byte[] {3});
        runWith(target, link, FrameType.DATA, 77, 4, new byte[] {4});
        runWith(target, link, FrameType.DATA, 77, 3, new byte[] {3});
        assertEquals(2, target.data.size());
        assertEquals(2, target.count(CounterId.INGRESS_DROP_DUPLICATE));
        assertEquals(1, target.count(CounterId.INGRESS_DROP_OUT_OF_WINDOW));
        assertEquals(1, target.count(CounterId.INGRESS_DROP_EPOCH));
        assertEquals(2, target.count(CounterId.FRAMES_LOST));
        assertTrue(target.session.isEstablished(), "bad frames do not end the session");
        assertFalse(fresh.session.isEstablished());
    }

    private void runWith(Side side, Link link, int type, int epoch, long sequence, byte[] body) {
        long frame = link.claim(FrameHeader.LENGTH + body.length);
        FrameHeader.write(frame, type, body.length, 1, epoch, sequence);
        Memory.fromArray(body, frame + FrameHeader.LENGTH);
        link.commit(FrameHeader.LENGTH + body.length);
        link.flush();
        FakeLoop.runAll(side.loop, strangers.getLast());
    }

    private String refusalOf(byte[] hello) {
        Recorder saw = new Recorder();
        Link link = strangerTo(b, B_ADDRESS, saw);
        put(link, FrameType.HELLO, 0, 0, hello);
        assertEquals(1, saw.frames.size(), "the reason is sent back");
        assertEquals(1, saw.closings.size(), "the link is closed");
        byte[] frame = saw.frames.getFirst();
        return new String(frame, FrameHeader.LENGTH, frame.length - FrameHeader.LENGTH, java.nio.charset.StandardCharsets.UTF_8);
    }

    @Test
    void shouldRefuseAVersionFromTheFutureAndSayWhichItSpeaks() {
        assertTrue(refusalOf(hello("a", "b", 7, 9, 1000)).contains("speaks 7..9"));
        assertEquals(1, b.count(CounterId.SESSIONS_REFUSED));
    }

    @Test
    void shouldTakeAPeerThatAlsoSpeaksLaterVersions() {
        Recorder saw = new Recorder();
        Link link = strangerTo(b, B_ADDRESS, saw);
        put(link, FrameType.HELLO, 0, 0, hello("a", "b", 1, 9, 2000));
        assertTrue(b.session.isEstablished());
        assertEquals(FrameType.HELLO, saw.frames.getFirst()[1] & 0xFF);
    }

    @Test
    void shouldRefuseAnUnknownHostAndAWrongReceiver() {
        assertTrue(refusalOf(hello("mallory", "b", 1, 1, 1000)).contains("not in the directory"));
        assertTrue(refusalOf(hello("a", "z", 1, 1, 1000)).contains("wrong address"));
    }

    @Test
    void shouldRefuseGarbageInsteadOfAHello() {
        assertTrue(refusalOf(new byte[] {1, 2, 3}).contains("hello of 3 bytes"));
        byte[] twisted = hello("a", "b", 1, 1, 1000);
        twisted[35] = (byte) 200; // option longer than the hello
        assertTrue(refusalOf(twisted).contains("longer than the hello"));
        assertEquals(2, b.count(CounterId.SESSIONS_REFUSED));
    }

    @Test
    void shouldNotAcceptDataBeforeAHello() {
        Recorder saw = new Recorder();
        Link link = strangerTo(b, B_ADDRESS, saw);
        put(link, FrameType.DATA, 77, 1, new byte[20]);
        assertEquals(List.of(), b.data);
        assertEquals(1, saw.closings.size());
    }

    @Test
    void shouldLetARestartedPeerReplaceItsOldSessionButNotAnOlderAgent() {
        run(40);
        Recorder newer = new Recorder();
        Link link = strangerTo(b, B_ADDRESS, newer);
        put(link, FrameType.HELLO, 0, 0, hello("a", "b", 1, 1, 2000));
        assertTrue(b.session.isEstablished());
        assertTrue(b.losses.getFirst().contains("replaced"), b.losses.toString());
        assertTrue(refusalOf(hello("a", "b", 1, 1, 1500)).contains("newer agent"));
        assertTrue(b.session.isEstablished());
    }

    @Test
    void shouldBoundHowManyStrangersMayWaitAndForHowLong() {
        List<Recorder> strangersSaw = new ArrayList<>();
        for (int i = 0; i < Reception.MAX_WAITING_PER_SOURCE + 3; i++) {
            Recorder saw = new Recorder();
            strangersSaw.add(saw);
            strangerTo(b, B_ADDRESS, saw);
        }
        assertEquals(3, strangersSaw.stream().filter(saw -> !saw.closings.isEmpty()).count());
        assertEquals(3, b.count(CounterId.UNAUTHENTICATED_LIMIT));
        a.transport.close();
        b.loop.advanceMillis(5_100);
        b.reception.onTick(b.loop.nanoTime());
        strangers.forEach(loop -> FakeLoop.runAll(b.loop, loop));
        assertEquals(strangersSaw.size(), strangersSaw.stream().filter(saw -> !saw.closings.isEmpty()).count());
    }

    @Test
    void shouldRefuseARequiredTypeItDoesNotKnowAndSkipAnOptionalOne() {
        Recorder saw = new Recorder();
        Link link = strangerTo(b, B_ADDRESS, saw);
        put(link, FrameType.HELLO, 0, 0, hello("a", "b", 1, 1, 2000));
        put(link, 0x3F, 0, 0, new byte[8]);
        assertEquals(1, b.count(CounterId.INGRESS_UNKNOWN_TYPE));
        assertTrue(b.session.isEstablished());
        put(link, 0x3F | FrameHeader.TYPE_REQUIRED, 0, 0, new byte[8]);
        assertFalse(b.session.isEstablished());
        assertEquals(FrameType.REFUSE, saw.frames.getLast()[1] & 0xFF);
    }

    @Test
    void shouldSayGoodbyeAndStayAway() {
        run(40);
        a.session.close("shutting down");
        run(0);
        assertFalse(b.session.isEstablished());
        assertTrue(b.losses.getFirst().contains("shutting down"));
        run(3_000);
        assertFalse(a.session.isEstablished());
    }
}
