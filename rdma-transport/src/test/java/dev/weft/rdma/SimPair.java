package dev.weft.rdma;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.weft.rdma.sim.SimWorld;
import dev.weft.rdma.verbs.RdmaDevice;
import dev.weft.session.RdmaPolicy;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Random;
import java.util.function.BooleanSupplier;

/** Two hosts, one session between them, RDMA and TCP in virtual time, and traffic. */
final class SimPair {
    static final long MILLI = 1_000_000L;
    static final long SECOND = 1_000_000_000L;
    /** A link comes up and takes the frames over within this time: they must be under way then. */
    private static final long RAISE_NANOS = 6 * MILLI;
    private static final long STEP_NANOS = 300_000;
    private static final long LONGEST_RETURN_NANOS = 200 * SECOND;

    final SimWorld world;
    final Random random;
    final SimTcp network;
    final SimHost a;
    final SimHost b;
    private long trafficUntil;

    SimPair(long seed, RdmaDevice.Kind kind, RdmaPolicy policyOfA) {
        world = new SimWorld(seed);
        random = new Random(~seed);
        network = new SimTcp(world);
        a = new SimHost("a", world, world.node("simA", kind, address(1)), network, policyOfA, seed + 1);
        b = new SimHost("b", world, world.node("simB", kind, address(2)), network, RdmaPolicy.PREFER, seed + 2);
        a.other = b;
        b.other = a;
        a.onRaise = () -> traffic(RAISE_NANOS);
        b.onRaise = a.onRaise;
        a.start();
        b.start();
    }

    private static InetAddress address(int last) {
        try {
            return InetAddress.getByAddress(new byte[] {(byte) 192, 0, 2, (byte) last});
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    boolean isRdma() {
        return a.path().equals("rdma") && b.path().equals("rdma");
    }

    /** Both directions carried by RDMA, as it is after a while when nothing is broken. */
    SimPair onRdma() {
        until("both directions are on RDMA", this::isRdma);
        return this;
    }

    void until(String what, BooleanSupplier condition) {
        long end = world.now() + LONGEST_RETURN_NANOS;
        while (!condition.getAsBoolean()) {
            if (world.now() > end) {
                throw new AssertionError(what + ": not within " + LONGEST_RETURN_NANOS / SECOND + " s; a: " + a.status() + ", b: "
                        + b.status());
            }
            world.runFor(20 * MILLI);
        }
    }

    /** Both sides send bursts of frames of all sizes for that long; also while they may not, so that every chance is used. */
    void traffic(long nanos) {
        boolean runs = trafficUntil > world.now();
        trafficUntil = Math.max(trafficUntil, world.now() + nanos);
        if (!runs) {
            burst(a);
            burst(b);
        }
    }

    private void burst(SimHost host) {
        if (world.now() < trafficUntil) {
            host.loop.execute(() -> send(host, 1 + random.nextInt(4)));
            world.after(random.nextLong(2 * STEP_NANOS), () -> burst(host));
        }
    }

    private void send(SimHost host, int frames) {
        for (int i = 0; i < frames && host.trySend(size()); i++) {
            Thread.onSpinWait();
        }
        host.session.flush();
    }

    private int size() {
        return switch (random.nextInt(12)) {
            case 0 -> 60_000;
            case 1, 2 -> 16 + random.nextInt(9_000);
            default -> 16 + random.nextInt(200);
        };
    }

    void heal() {
        for (SimHost host : new SimHost[] {a, b}) {
            host.node.plugIn();
            host.node.faults().heal();
            host.tcp.cut(false);
        }
    }

    /** After all faults: RDMA carries again, every frame arrives, and nothing is left behind at the end. */
    void finish() {
        heal();
        onRdma();
        traffic(20 * MILLI);
        world.runFor(SECOND);
        assertEquals(a.sent, b.received, "last frame of a");
        assertEquals(b.sent, a.received, "last frame of b");
        a.checkMissing();
        b.checkMissing();
        a.stop();
        b.stop();
        world.runFor(20 * SECOND);
        assertEquals("", a.node.leftovers(), "left at a");
        assertEquals("", b.node.leftovers(), "left at b");
    }
}
