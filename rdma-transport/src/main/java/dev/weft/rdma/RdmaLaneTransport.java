package dev.weft.rdma;

import com.ibm.disni.verbs.IbvContext;
import com.ibm.disni.verbs.RdmaCm;
import com.ibm.disni.verbs.RdmaCmEvent;
import com.ibm.disni.verbs.RdmaCmEvent.EventType;
import com.ibm.disni.verbs.RdmaCmId;
import com.ibm.disni.verbs.RdmaEventChannel;
import dev.weft.link.LaneTransport;
import dev.weft.rdma.verbs.ConnectParameters;
import dev.weft.rdma.verbs.ExtendedCm;
import dev.weft.rdma.verbs.ExtendedVerbs;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * RDMA on one lane: one channel of connection events on the lane's loop, the devices its links use, and everything that is under way.
 *
 * <pre>
 *   lane's loop --- event channel ------> Listening / Dialing / Answering (by identifier)
 *             \---- completion channel --> LaneDevice --> RdmaLink (by place and generation)
 *   worker ------- make and free queue pairs, registrations, identifiers
 *   callers ------ connect, each on a thread of its own while it is in the kernel
 * </pre>
 */
final class RdmaLaneTransport implements LaneTransport {
    private static final Logger LOG = LoggerFactory.getLogger(RdmaLaneTransport.class);
    private static final int EVENTS_PER_TURN = 64;

    /** Work that may enter the kernel for a while. */
    @FunctionalInterface
    interface Work {
        void run() throws IOException;
    }

    /** Where such work is run, one after the other. */
    @FunctionalInterface
    interface Worker {
        void run(Work task);
    }

    private final RdmaLoop loop;
    private final ExtendedVerbs verbs;
    private final ExtendedCm cm;
    private final RdmaConfig config;
    private final MemoryBudget budget;
    private final Executor worker;
    private final Executor callers;
    private final Runnable ended;
    private final List<Listening> listeners = new ArrayList<>();
    private final Map<RdmaCmId, Connection> connections = new LinkedHashMap<>();
    private final Set<RdmaLink> unreleased = new LinkedHashSet<>();
    private final LaneDevices devices;
    private final List<RdmaLink> clocked = new ArrayList<>();
    private final List<Dialing> calling = new ArrayList<>();
    private RdmaEventChannel events;
    private RdmaLoop.Watch eventsWatch;
    private boolean clockRuns;
    private boolean closed;

    RdmaLaneTransport(RdmaLoop loop, ExtendedVerbs verbs, ExtendedCm cm, RdmaConfig config, MemoryBudget budget, Executor worker,
            Executor callers, Runnable ended, DeviceEvents deviceEvents) {
        this.loop = loop;
        this.verbs = verbs;
        this.cm = cm;
        this.config = config;
        this.budget = budget;
        this.worker = worker;
        this.callers = callers;
        this.ended = ended;
        devices = new LaneDevices(verbs, loop, this::work, deviceEvents, this::onDeviceGone);
    }

    // ---- what connections use ------------------------------------------------------------------------------------------------

    RdmaLoop loop() {
        return loop;
    }

    ExtendedCm cm() {
        return cm;
    }

    RdmaConfig config() {
        return config;
    }

    MemoryBudget budget() {
        return budget;
    }

    void work(Work task) {
        worker.execute(() -> {
            try {
                task.run();
            } catch (IOException e) {
                LOG.warn("RDMA resources: {}", e.getMessage());
            }
        });
    }

    CompletableFuture<Void> runApart(Runnable call) {
        return CompletableFuture.runAsync(call, callers);
    }

    /** An identifier on this lane's channel of events, which is opened with the first. */
    RdmaCmId newId() throws IOException {
        if (events == null) {
            events = cm.createEventChannel();
            eventsWatch = loop.watch(events.getFd(), this::onEvents);
        }
        return cm.createId(events, RdmaCm.RDMA_PS_TCP);
    }

    LaneDevice deviceOf(RdmaCmId id) throws IOException {
        return devices.of(id.getVerbs());
    }

    private void onDeviceGone(IbvContext device) {
        List.copyOf(listeners).forEach(listening -> listening.onDeviceGone(device));
    }

    /** Completions that came when their link was over, on the devices in use. */
    long staleCompletions() {
        return devices.staleCompletions();
    }

    void forget(Connection connection) {
        connections.remove(connection.id);
        if (connection.link != null) {
            unreleased.add(connection.link);
        }
    }

    void released(RdmaLink link) {
        unreleased.remove(link);
    }

    /** Has the link's clock called once within the report time. */
    void startClock(RdmaLink link) {
        if (!clocked.contains(link)) {
            clocked.add(link);
        }
        if (!clockRuns) {
            clockRuns = true;
            loop.after(config.reportNanos(), this::onClock);
        }
    }

    private void onClock() {
        clockRuns = false;
        List<RdmaLink> due = List.copyOf(clocked);
        clocked.clear();
        due.forEach(RdmaLink::onClock);
    }

    // ---- events --------------------------------------------------------------------------------------------------------------

    private void onEvents() {
        try {
            RdmaCmEvent event;
            for (int i = 0; i < EVENTS_PER_TURN && !closed && (event = cm.getCmEvent(events, 0)) != null; i++) {
                dispatch(event);
                cm.ackCmEvent(event);
            }
        } catch (IOException e) {
            LOG.error("RDMA connection events cannot be read: {}", e.getMessage());
            eventsWatch.close();
        }
    }

    private void dispatch(RdmaCmEvent event) {
        if (event.getEvent() == EventType.RDMA_CM_EVENT_CONNECT_REQUEST.ordinal()) {
            onRequest(event);
            return;
        }
        Connection connection = connections.get(event.getConnIdPriv());
        if (connection != null) {
            connection.onEvent(event);
            return;
        }
        for (Listening listening : List.copyOf(listeners)) {
            if (listening.isOf(event.getConnIdPriv())) {
                listening.onEvent(event);
            }
        }
    }

    private void onRequest(RdmaCmEvent event) {
        RdmaCmId id = event.getConnIdPriv();
        for (Listening listening : listeners) {
            if (listening.isOf(event.getListenIdPriv())) {
                Answering answering = new Answering(this, id);
                connections.put(id, answering);
                answering.start(ConnectParameters.privateData(event.getConn()), listening.acceptor);
                return;
            }
        }
        work(() -> cm.destroyCmId(id)); // the listener was closed meanwhile
    }

    // ---- SPI -----------------------------------------------------------------------------------------------------------------

    @Override
    public CompletableFuture<Void> listen(InetSocketAddress local, Acceptor acceptor) {
        try {
            Listening listening = new Listening(this, local, acceptor);
            listening.start();
            listeners.add(listening);
            devices.startLooking();
            return CompletableFuture.completedFuture(null);
        } catch (IOException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public void connect(InetSocketAddress local, InetSocketAddress remote, byte[] privateData, long timeoutMillis,
            ConnectHandler handler) {
        if (privateData.length > PrivateData.MAX_LENGTH) {
            handler.onFailed("private data of " + privateData.length + " bytes; RDMA carries " + PrivateData.MAX_LENGTH);
            return;
        }
        calling.removeIf(dialing -> dialing.idle().isDone());
        if (calling.stream().anyMatch(dialing -> dialing.isCalling(remote))) {
            handler.onFailed("the kernel is still at work on the last attempt to connect to " + remote);
            return;
        }
        try {
            RdmaCmId id = newId();
            Dialing dialing = new Dialing(this, id, remote, privateData, handler);
            connections.put(id, dialing);
            calling.add(dialing);
            devices.startLooking();
            dialing.start(local, timeoutMillis);
        } catch (IOException e) {
            handler.onFailed("cannot connect to " + remote + " over RDMA: " + e.getMessage());
        }
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        listeners.forEach(Listening::stop);
        for (Connection connection : List.copyOf(connections.values())) {
            connection.fail("this side closed");
        }
        List.copyOf(unreleased).forEach(RdmaLink::releaseRetained);
        Collection<LaneDevice> stopped = devices.stopAll();
        if (eventsWatch != null) {
            eventsWatch.close();
        }
        CompletableFuture.allOf(calling.stream().map(Connection::idle).toArray(CompletableFuture[]::new)).thenRun(() -> {
            work(() -> destroyAll(stopped));
            worker.execute(ended);
        });
    }

    private void destroyAll(Collection<LaneDevice> stopped) throws IOException {
        devices.destroyAll(stopped);
        if (events != null) {
            cm.destroyEventChannel(events);
        }
    }
}
