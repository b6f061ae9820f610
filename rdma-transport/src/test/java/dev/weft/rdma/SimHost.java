package dev.weft.rdma;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.counters.CounterId;
import dev.weft.counters.Counters;
import dev.weft.frame.FrameHeader;
import dev.weft.linux.Memory;
import dev.weft.rdma.sim.SimNode;
import dev.weft.rdma.sim.SimWorld;
import dev.weft.session.Hello;
import dev.weft.session.LocalHost;
import dev.weft.session.RaiseDesk;
import dev.weft.session.RdmaPolicy;
import dev.weft.session.RdmaSetup;
import dev.weft.session.Reception;
import dev.weft.session.RemoteHost;
import dev.weft.session.Session;
import dev.weft.session.SessionConfig;
import dev.weft.session.SessionContext;
import dev.weft.session.SessionEvents;
import dev.weft.session.SessionStatus;
import java.net.InetSocketAddress;
import java.util.EnumMap;
import java.util.Map;
import java.util.Random;

/**
 * A host with one agent, which has one session with the agent of the other host. It numbers the data frames it sends, over all lives of
 * its agent, and judges those that arrive:
 *
 * <ul>
 * <li>none twice, none out of order, none changed, ever;
 * <li>a frame may be missing only when the session it was sent in ended, or when the policy requires RDMA and it had been sent over a link
 * that broke; and never more are missing than the sender counted.
 * </ul>
 */
final class SimHost implements SessionEvents {
    static final int PORT = 4790;
    static final int RDMA_PORT = 4900;
    static final SessionConfig CONFIG = new SessionConfig(200_000_000L, 1_000_000_000L, 5_000_000_000L, 100_000_000L, 1_000_000_000L,
            80_000_000L, 300_000_000_000L);
    static final RdmaConfig RDMA_CONFIG = new RdmaConfig(RdmaConfig.MIN_SLOTS, 1L << 30, 5_000_000, 220, 2_000_000_000L);

    final SimNode node;
    final String id;
    final RdmaPolicy policy;
    /** Called when an RDMA link comes in. */
    Runnable onRaise = () -> { };
    SimHost other;
    SimTcp.Host tcp;
    SimLoop loop;
    Counters counters = new Counters();
    Session session;
    RdmaTransport transport;
    /** Frames sent so far; their numbers begin at 1. */
    long sent;
    long received;
    long receivedAt;
    long longestGap;
    long missing;
    private final SimWorld world;
    private final SimTcp network;
    private final Random random;
    private final Map<CounterId, Long> taken = new EnumMap<>(CounterId.class);
    private long incarnation = 1_000;
    private SimWorker worker;
    private RdmaLaneTransport rdma;
    private Reception reception;
    private long mayMissUpTo;
    private long mayMiss;
    private long seenUnconfirmed;
    private long seenRequired;
    private boolean dead;

    SimHost(String id, SimWorld world, SimNode node, SimTcp network, RdmaPolicy policy, long seed) {
        this.id = id;
        this.world = world;
        this.node = node;
        this.network = network;
        this.policy = policy;
        random = new Random(seed);
    }

    // ---- the agent -----------------------------------------------------------------------------------------------------------

    void start() {
        dead = false;
        loop = new SimLoop(world, 0);
        worker = new SimWorker(world);
        counters = new Counters();
        taken.clear();
        seenUnconfirmed = 0;
        seenRequired = 0;
        tcp = network.new Host(node.address(), loop);
        transport = new RdmaTransport(RDMA_CONFIG, new RdmaTransport.Backend(node.verbs(), node.cm(), null, "simulated"));
        rdma = transport.open(loop, worker, () -> { });
        RaiseDesk desk = new RaiseDesk(loop, RDMA_PORT);
        boolean listening = !rdma.listen(new InetSocketAddress(node.address(), RDMA_PORT), (link, remote, token) -> {
            onRaise.run();
            return desk.accept(link, remote, token);
        }).isCompletedExceptionally();
        InetSocketAddress own = new InetSocketAddress(node.address(), PORT);
        RdmaSetup setup = new RdmaSetup(listening ? rdma : null, "simulated", peer -> policy, desk);
        SessionContext context = new SessionContext(loop, new LocalHost(id, incarnation++, 1, 65_000, own), CONFIG, counters, tcp, setup,
                this, random);
        session = new Session(context, new RemoteHost(0, other.id, new InetSocketAddress(other.node.address(), PORT)), 0, 0);
        reception = new Reception(context, (hello, from) -> session);
        tcp.listen(own, reception);
        long[] last = {0};
        loop.addTicker(now -> {
            boolean late = last[0] != 0 && now - last[0] > CONFIG.deadAfterNanos() / 2;
            last[0] = now;
            session.onTick(now, late);
            reception.onTick(now);
        });
    }

    /** kill -9: the kernel tells the peers what it can. */
    void kill() {
        dead = true;
        loop.end();
        tcp.kill();
        worker.finish();
        rdma.close();
        mayMiss += sent - other.received;
        mayMissUpTo = sent;
        seenUnconfirmed = counters.get(CounterId.FRAMES_UNCONFIRMED);
    }

    /** An orderly end, after which nothing may be left. */
    void stop() {
        session.close("test over");
        rdma.close();
        tcp.close();
        worker.finish();
        loop.end();
    }

    boolean isDead() {
        return dead;
    }

    /** What a counter has gained since it was last taken, or since the agent was started. */
    long take(CounterId id) {
        long now = counters.get(id);
        Long before = taken.put(id, now);
        return now - (before == null ? 0 : before);
    }

    /** Completions of queue pairs that were gone already. */
    long staleCompletions() {
        return rdma.staleCompletions();
    }

    String path() {
        return session.status().path();
    }

    SessionStatus status() {
        return session.status();
    }

    // ---- what it sends and gets ----------------------------------------------------------------------------------------------

    /** @return whether the session took it */
    boolean trySend(int length) {
        settle();
        long frame = session.claim();
        if (frame < 0) {
            return false;
        }
        long body = frame + FrameHeader.LENGTH;
        Memory.putLongBigEndian(body, ++sent);
        Memory.putLongBigEndian(body + length - 8, ~sent);
        session.send(frame, 1, length);
        return true;
    }

    /** Takes over what the session has counted as lost since. */
    private void settle() {
        long unconfirmed = counters.get(CounterId.FRAMES_UNCONFIRMED);
        long required = counters.get(CounterId.EGRESS_DROP_RDMA_REQUIRED);
        if (unconfirmed > seenUnconfirmed || required > seenRequired) {
            mayMiss += unconfirmed - seenUnconfirmed + required - seenRequired;
            mayMissUpTo = sent;
            seenUnconfirmed = unconfirmed;
            seenRequired = required;
        }
    }

    @Override
    public void onData(Session from, int vni, long body, int bodyLength) {
        long number = Memory.getLongBigEndian(body);
        assertEquals(~number, Memory.getLongBigEndian(body + bodyLength - 8), "frame " + number + " changed on the way");
        assertTrue(number > received, () -> "frame " + number + " after " + received + " at " + id + ": doubled or out of order");
        missing += number - received - 1;
        if (number != received + 1) {
            other.settle();
            assertTrue(number - 1 <= other.mayMissUpTo, () -> "frames " + (received + 1) + ".." + (number - 1)
                    + " are missing at " + id + " though their session lived (" + status() + ")");
        }
        checkMissing();
        longestGap = Math.max(longestGap, world.now() - receivedAt);
        receivedAt = world.now();
        received = number;
    }

    void checkMissing() {
        assertTrue(missing <= other.mayMiss, () -> missing + " frames are missing at " + id + ", the sender counted " + other.mayMiss);
    }

    @Override
    public void onEstablished(Session from, Hello hello) {
        // Routes are not part of this.
    }

    @Override
    public void onLost(Session from, String reason) {
        settle();
        mayMissUpTo = sent;
    }
}
