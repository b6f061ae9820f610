package dev.weft.rdma.sim;

import com.ibm.disni.verbs.IbvContext;
import com.ibm.disni.verbs.RdmaCmEvent.EventType;
import dev.weft.rdma.verbs.AsyncEvent;
import dev.weft.rdma.verbs.RdmaDevice;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One host with one device. Its maps tell at the end of a test what was left behind. */
public final class SimNode {
    final SimWorld world;
    final RdmaDevice device;
    final InetAddress address;
    final SimContext context;
    final Map<Integer, SimMr> regions = new HashMap<>();
    final List<SimQp> pairs = new ArrayList<>();
    final Map<Integer, SimCmId> listeners = new HashMap<>();
    final List<SimCmId> ids = new ArrayList<>();
    final Deque<AsyncEvent> asyncEvents = new ArrayDeque<>();
    int domains;
    final List<SimCq> queues = new ArrayList<>();
    int channels;
    private final SimFaults faults = new SimFaults();
    private final SimVerbs verbs;
    private final SimCm cm;

    SimNode(SimWorld world, String name, RdmaDevice.Kind kind, InetAddress address) {
        this.world = world;
        this.address = address;
        device = new RdmaDevice(name, kind);
        try {
            context = new SimContext(this);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        verbs = new SimVerbs(this);
        cm = new SimCm(this);
    }

    /** The open device. */
    static final class SimContext extends IbvContext {
        final SimNode node;
        final int asyncFd;

        SimContext(SimNode node) throws IOException {
            super(3, 1);
            this.node = node;
            asyncFd = node.world.fds().open();
        }
    }

    public SimVerbs verbs() {
        return verbs;
    }

    public SimCm cm() {
        return cm;
    }

    public InetAddress address() {
        return address;
    }

    public SimFaults faults() {
        return faults;
    }

    boolean isIwarp() {
        return device.kind() == RdmaDevice.Kind.IWARP;
    }

    /** Whether a packet to the other node arrives. */
    boolean reaches(SimNode other) {
        return !faults.cutTo.contains(other) && !faults.removed && !other.faults.removed;
    }

    void async(AsyncEvent event) {
        asyncEvents.add(event);
        world.fds().readable(context.asyncFd, true);
    }

    /** The port goes down: an event now, and nothing gets through any more in either direction. */
    public void portDown() {
        synchronized (world) {
            async(new AsyncEvent(AsyncEvent.PORT_ERR, 1, 0));
        }
    }

    /** The host's address is taken from the network interface of the device, and with it the GID from its table. */
    public void loseAddress() {
        synchronized (world) {
            faults.addressLost = true;
            async(new AsyncEvent(AsyncEvent.GID_CHANGE, 1, 0));
        }
    }

    /** The device is pulled out: every identifier is told, every queue pair fails. */
    public void remove() {
        synchronized (world) {
            faults.removed = true;
            async(new AsyncEvent(AsyncEvent.DEVICE_FATAL, 0, 0));
            for (SimQp pair : List.copyOf(pairs)) {
                pair.fail();
            }
            for (SimCmId id : List.copyOf(ids)) {
                id.tell(EventType.RDMA_CM_EVENT_DEVICE_REMOVAL, 0);
            }
            listeners.clear();
        }
    }

    /**
     * The device is to be pulled out, but its driver cannot cut programs off: it works on, and nobody is told, until the program lets it
     * go.
     */
    public void takeAway() {
        synchronized (world) {
            faults.leaving = true;
        }
    }

    /** Whether the device waits for being let go. */
    public boolean isLeaving() {
        synchronized (world) {
            return faults.leaving;
        }
    }

    void letGo() {
        if (!pairs.isEmpty() || !regions.isEmpty() || domains != 0 || !queues.isEmpty()) {
            throw new AssertionError("the device is let go with things left on it: " + leftovers());
        }
        if (faults.leaving) {
            faults.leaving = false;
            remove();
        }
    }

    /** A completion queue got more completions than it has room for. */
    public void overrun() {
        synchronized (world) {
            queues.forEach(SimCq::overrun);
        }
    }

    /** Somebody reads or writes this node's memory through its queue pairs: the device refuses and breaks them. */
    public void attack() {
        synchronized (world) {
            for (SimQp pair : List.copyOf(pairs)) {
                async(new AsyncEvent(AsyncEvent.QP_ACCESS_ERR, 0, pair.number()));
                pair.fail();
            }
        }
    }

    /** Whether a peer could read or write any registered memory. */
    public boolean exposesMemory() {
        synchronized (world) {
            return regions.values().stream().anyMatch(SimMr::isRemote);
        }
    }

    /** Registered memory in bytes. */
    public long registeredBytes() {
        synchronized (world) {
            return regions.values().stream().mapToLong(region -> region.lengthBytes).sum();
        }
    }

    /** The device is there again. */
    public void plugIn() {
        synchronized (world) {
            faults.removed = false;
            faults.leaving = false;
            faults.addressLost = false;
        }
    }

    /** Everything ever made that was not freed; empty when all was. */
    public String leftovers() {
        synchronized (world) {
            List<String> left = new ArrayList<>();
            note(left, "queue pairs", pairs.size());
            note(left, "regions", regions.size());
            note(left, "protection domains", domains);
            note(left, "completion queues", queues.size());
            note(left, "channels", channels);
            note(left, "identifiers", ids.size());
            note(left, "listeners", listeners.size());
            return String.join(", ", left);
        }
    }

    private static void note(List<String> left, String what, int count) {
        if (count != 0) {
            left.add(count + " " + what);
        }
    }

    /** Numbers of the queue pairs that exist. */
    public int queuePairs() {
        synchronized (world) {
            return pairs.size();
        }
    }
}
