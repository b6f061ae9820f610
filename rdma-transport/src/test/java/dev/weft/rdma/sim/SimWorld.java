package dev.weft.rdma.sim;

import dev.weft.rdma.verbs.ProviderSlot;
import dev.weft.rdma.verbs.RdmaDevice;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.BooleanSupplier;

/**
 * The clock and the wire. Everything happens as an event at a time; events of one time happen in the order they were made. All methods
 * may be called from any thread, one at a time: the world is its own lock, for tests that let it run in real time.
 */
public final class SimWorld {
    /** Of virtual time, at which a run that does not come to an end is given up. */
    private static final long HORIZON_NANOS = 3_600_000_000_000L;

    private record Event(long time, long order, Runnable action) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            int byTime = Long.compare(time, other.time);
            return byTime != 0 ? byTime : Long.compare(order, other.order);
        }
    }

    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private final Map<InetAddress, SimNode> nodes = new HashMap<>();
    private final Random random;
    private final SimFds fds;
    private long now = 1_000_000_000L;
    private long order;
    private int numbers = 100;
    private int rnrs;

    /** In virtual time. */
    public SimWorld(long seed) {
        this(seed, new VirtualFds());
    }

    SimWorld(long seed, SimFds fds) {
        ProviderSlot.fill();
        random = new Random(seed);
        this.fds = fds;
    }

    /** A host with one device and one address. */
    public synchronized SimNode node(String device, RdmaDevice.Kind kind, InetAddress address) {
        SimNode node = new SimNode(this, device, kind, address);
        nodes.put(address, node);
        return node;
    }

    synchronized SimNode nodeAt(InetAddress address) {
        return nodes.get(address);
    }

    public synchronized long now() {
        return now;
    }

    public synchronized Random random() {
        return random;
    }

    SimFds fds() {
        return fds;
    }

    /** A fresh number for queue pairs and keys. */
    synchronized int number() {
        return numbers++;
    }

    /** How often a message met an empty receive queue. */
    public synchronized int rnrs() {
        return rnrs;
    }

    synchronized void countRnr() {
        rnrs++;
    }

    /** Has something happen later. */
    public synchronized void after(long nanos, Runnable action) {
        events.add(new Event(now + Math.max(0, nanos), order++, action));
        notifyAll();
    }

    /** Time a packet takes: 2 to 10 us, now and then 50. */
    synchronized long latency() {
        return 2_000 + random.nextInt(8_000) + (random.nextInt(50) == 0 ? 40_000 : 0);
    }

    /** Lets events happen until the condition holds. */
    public synchronized void runUntil(String what, BooleanSupplier condition) {
        long end = now + HORIZON_NANOS;
        while (!condition.getAsBoolean()) {
            Event next = events.poll();
            if (next == null || next.time > end) {
                throw new AssertionError(what + " does not come: " + (next == null ? "nothing is left to happen" : "an hour passed"));
            }
            now = next.time;
            next.action.run();
        }
    }

    /** Lets that much time pass. */
    public synchronized void runFor(long nanos) {
        long end = now + nanos;
        while (!events.isEmpty() && events.peek().time <= end) {
            Event next = events.poll();
            now = next.time;
            next.action.run();
        }
        now = end;
    }

    // ---- for loops in virtual time -------------------------------------------------------------------------------------------

    /** Has a loop woken when the descriptor becomes readable. */
    public void watch(int fd, Runnable waker) {
        ((VirtualFds) fds).wake(fd, waker);
    }

    public void unwatch(int fd, Runnable waker) {
        ((VirtualFds) fds).unwake(fd, waker);
    }

    public boolean isReadable(int fd) {
        return ((VirtualFds) fds).isReadable(fd);
    }

    /** Lets what is due by the wall clock happen and waits for the next; for the thread that drives the world in real time. */
    synchronized void runRealTime(long nowNanos) throws InterruptedException {
        while (!events.isEmpty() && events.peek().time <= nowNanos) {
            Event next = events.poll();
            now = Math.max(now, next.time);
            next.action.run();
        }
        now = Math.max(now, nowNanos);
        long wait = events.isEmpty() ? 5_000_000 : Math.clamp(events.peek().time - nowNanos, 1, 5_000_000);
        wait(wait / 1_000_000, (int) (wait % 1_000_000));
    }
}
