package dev.weft.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.counters.CounterId;
import dev.weft.counters.Counters;
import dev.weft.frame.FrameHeader;
import dev.weft.link.LaneTransport;
import dev.weft.link.LinkKind;
import dev.weft.linux.Memory;
import dev.weft.loop.FakeLoop;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Changes of path under seeded faults, with an oracle on the data frames: as long as the TCP link lives every frame arrives once and in
 * order, whatever happens to RDMA. A failing seed is in the message; {@code -Dweft.seed=N} runs it alone.
 */
class PathSwitchTest {
    private static final int SEEDS = 1500;
    private static final int STEPS = 600;
    private static final SessionConfig CONFIG = new SessionConfig(200_000_000L, 1_000_000_000L, 5_000_000_000L, 100_000_000L,
            1_000_000_000L, 80_000_000L, 300_000_000_000L);

    private long switchesSeen;
    private long replaysSeen;
    private long sessionLossesSeen;

    /** One end: numbers what it sends, checks what it receives. */
    private static final class Side implements SessionEvents {
        final FakeLoop loop;
        final Counters counters = new Counters();
        final Session session;
        final Reception reception;
        Side other;
        long sent;
        long received;
        long lossesAllowedUpTo;

        Side(String id, int port, String peer, int peerPort, ShakyNetwork tcp, ShakyNetwork rdma, FakeLoop loop, long incarnation,
                Random random, RdmaPolicy policy) {
            this.loop = loop;
            InetSocketAddress own = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
            InetSocketAddress rdmaOwn = new InetSocketAddress(InetAddress.getLoopbackAddress(), port + 1000);
            LaneTransport fast = rdma.transport();
            RaiseDesk desk = new RaiseDesk(loop, port + 1000);
            fast.listen(rdmaOwn, (link, remote, token) -> desk.accept(link, new InetSocketAddress(own.getAddress(), 9), token));
            LaneTransport slow = tcp.transport();
            SessionContext context = new SessionContext(loop, new LocalHost(id, incarnation, 1, 65000, own), CONFIG, counters, slow,
                    new RdmaSetup(fast, "shaky", name -> policy, desk), this, random);
            session = new Session(context, new RemoteHost(0, peer, new InetSocketAddress(own.getAddress(), peerPort)), 0, 0);
            reception = new Reception(context, (hello, from) -> session);
            slow.listen(own, reception);
        }

        void trySend() {
            long frame = session.claim();
            if (frame > 0) {
                Memory.fromArray(ByteBuffer.allocate(16).putLong(++sent).putLong(~sent).array(), frame + FrameHeader.LENGTH);
                session.send(frame, 1, 16);
                session.flush();
            }
        }

        @Override
        public void onData(Session from, int vni, long body, int bodyLength) {
            long number = Memory.getLongBigEndian(body);
            assertEquals(~number, Memory.getLongBigEndian(body + 8), "changed on the way");
            assertTrue(number > received, "frame " + number + " after " + received + ": doubled or out of order");
            assertTrue(number == received + 1 || number - 1 <= lossesAllowedUpTo,
                    "frames " + (received + 1) + ".." + (number - 1) + " lost though the session lived");
            received = number;
        }

        @Override
        public void onEstablished(Session from, Hello hello) {
            // What the other side sent before may be lost with the old session, nothing after.
            lossesAllowedUpTo = other.sent;
        }

        @Override
        public void onLost(Session from, String reason) {
            lossesAllowedUpTo = other.sent;
        }

        void tick() {
            session.onTick(loop.nanoTime(), false);
            reception.onTick(loop.nanoTime());
        }
    }

    /** Two sides on two networks, and a hand full of faults. */
    private static final class World {
        final Random random;
        final ShakyNetwork tcp;
        final ShakyNetwork rdma;
        final FakeLoop loop = new FakeLoop(0);
        Side a;
        Side b;

        World(long seed, RdmaPolicy policy) {
            random = new Random(seed);
            tcp = new ShakyNetwork(LinkKind.TCP, random);
            rdma = new ShakyNetwork(LinkKind.RDMA, random);
            a = new Side("a", 4000, "b", 5000, tcp, rdma, loop, 1000, random, policy);
            b = new Side("b", 5000, "a", 4000, tcp, rdma, loop, 1000, random, policy);
            a.other = b;
            b.other = a;
        }

        void step(long microseconds) {
            tcp.step();
            rdma.step();
            FakeLoop.runAll(loop);
            loop.advanceMicros(microseconds);
        }

        void quiet(int steps) {
            for (int i = 0; i < steps; i++) {
                step(500);
                if (i % 40 == 0) {
                    a.tick();
                    b.tick();
                }
            }
        }

        void fault() {
            switch (random.nextInt(8)) {
                case 0, 1 -> rdma.open().forEach(pipe -> rdma.breakPipe(pipe, true, true));
                case 2 -> rdma.open().forEach(pipe -> rdma.breakPipe(pipe, true, false));
                case 3 -> rdma.open().forEach(pipe -> rdma.breakPipe(pipe, false, true));
                case 4 -> rdma.open().forEach(pipe -> pipe.frozen = true);
                case 5 -> rdma.refuseConnections = !rdma.refuseConnections;
                case 6 -> {
                    if (random.nextInt(4) == 0) {
                        tcp.open().forEach(pipe -> tcp.breakPipe(pipe, true, true));
                    }
                }
                default -> loop.advanceMicros(6_000_000); // the pause after a loss passes
            }
        }
    }

    private void run(long seed) {
        World world = new World(seed, RdmaPolicy.PREFER);
        for (int i = 0; i < STEPS; i++) {
            world.a.trySend();
            if (world.random.nextInt(3) == 0) {
                world.b.trySend();
            }
            world.step(world.random.nextInt(2000));
            if (i % 20 == 0) {
                world.a.tick();
                world.b.tick();
            }
            if (world.random.nextInt(40) == 0) {
                world.fault();
            }
        }
        world.rdma.refuseConnections = false;
        world.quiet(4000);
        assertTrue(world.a.session.isEstablished() && world.b.session.isEstablished(), "no session after all is healed");
        long first = world.a.sent;
        for (int i = 0; i < 50; i++) {
            world.a.trySend();
            world.b.trySend();
            world.step(500);
        }
        world.quiet(400);
        assertTrue(world.a.sent > first, "the session does not take frames after all is healed: " + world.a.session.status());
        assertEquals(world.a.sent, world.b.received, "frames of a");
        assertEquals(world.b.sent, world.a.received, "frames of b");
        switchesSeen += world.a.counters.get(CounterId.PATH_TO_RDMA) + world.b.counters.get(CounterId.PATH_TO_RDMA);
        replaysSeen += world.a.counters.get(CounterId.FRAMES_REPLAYED) + world.b.counters.get(CounterId.FRAMES_REPLAYED);
        sessionLossesSeen += world.a.counters.get(CounterId.SESSIONS_LOST);
    }

    @Test
    void shouldNeitherLoseNorDoubleNorReorderWhateverBreaks() {
        Long only = Long.getLong("weft.seed");
        for (long seed = only == null ? 1 : only; seed <= (only == null ? SEEDS : only); seed++) {
            try {
                run(seed);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
        }
        assertTrue(only != null || switchesSeen > SEEDS && replaysSeen > SEEDS && sessionLossesSeen > SEEDS / 10,
                "the faults must have bitten: " + switchesSeen + " switches, " + replaysSeen + " replays, " + sessionLossesSeen
                        + " sessions lost");
    }

    @Test
    void shouldMoveToRdmaAndBackWithAReasonEachTime() {
        World world = new World(7, RdmaPolicy.PREFER);
        world.quiet(400);
        assertEquals("rdma", world.a.session.status().path());
        assertEquals("carrying", world.a.session.status().reason());
        world.rdma.open().forEach(pipe -> world.rdma.breakPipe(pipe, true, true));
        world.quiet(100);
        assertEquals("tcp", world.a.session.status().path());
        assertEquals("link-lost", world.a.session.status().reason());
        assertTrue(world.a.session.status().detail().contains("broken by the test"));
        world.loop.advanceMicros(5_000_000);
        world.a.tick();
        world.quiet(400);
        assertEquals("rdma", world.a.session.status().path());
    }

    @Test
    void shouldNotReturnMoreOftenThanThePauseAllows() {
        World world = new World(11, RdmaPolicy.PREFER);
        long returns = 0;
        for (int second = 0; second < 300; second++) {
            world.rdma.open().forEach(pipe -> world.rdma.breakPipe(pipe, true, true));
            world.quiet(100);
            world.loop.advanceMicros(950_000);
            world.a.session.onTick(world.loop.nanoTime(), true);
            world.b.session.onTick(world.loop.nanoTime(), true);
        }
        returns = world.a.counters.get(CounterId.PATH_TO_RDMA);
        assertTrue(returns >= 3 && returns <= 10, "returns in five minutes of flapping: " + returns);
    }

    @Test
    void shouldSendNothingOverTcpWhenRdmaIsRequired() {
        World world = new World(13, RdmaPolicy.REQUIRE);
        world.rdma.refuseConnections = true;
        world.quiet(200);
        assertTrue(world.a.session.isEstablished());
        world.a.trySend();
        assertEquals(0, world.a.sent);
        assertTrue(world.a.session.lacksRequiredRdma());
        world.rdma.refuseConnections = false;
        world.loop.advanceMicros(6_000_000);
        world.a.session.onTick(world.loop.nanoTime(), true);
        world.b.session.onTick(world.loop.nanoTime(), true);
        world.quiet(400);
        world.a.trySend();
        assertEquals(1, world.a.sent);
    }

    @Test
    void shouldNotAskForRdmaWhenEitherSideForbidsIt() {
        World world = new World(17, RdmaPolicy.FORBID);
        world.quiet(400);
        assertEquals("forbidden-here", world.a.session.status().reason());
        assertEquals(0, world.rdma.pipes.size());
        world.a.trySend();
        assertEquals(1, world.a.sent);
    }
}
