package dev.weft.rdma;

import com.ibm.disni.verbs.RdmaCmEvent;
import com.ibm.disni.verbs.RdmaCmId;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection identifier and its link, from the first event to the last byte of memory.
 *
 * <p>What enters the kernel for long is done on the transport's worker thread, one thing after the other. {@link #made} belongs to that
 * thread alone: whatever the lane decided meanwhile, the task that tears down finds what was made.
 */
abstract class Connection implements RdmaLink.Owner {
    private static final Logger LOG = LoggerFactory.getLogger(Connection.class);

    final RdmaLaneTransport transport;
    final RdmaCmId id;
    RdmaLink link;
    private LaneDevice device;
    private RdmaLoop.Watch timer = () -> { };
    private LinkQueues made;
    private CompletableFuture<Void> idle = CompletableFuture.completedFuture(null);

    Connection(RdmaLaneTransport transport, RdmaCmId id) {
        this.transport = transport;
        this.id = id;
    }

    // ---- on the lane's thread ------------------------------------------------------------------------------------------------

    /** An event of this connection. */
    abstract void onEvent(RdmaCmEvent event);

    /** The queues are there: go on. */
    abstract void onPrepared() throws IOException;

    /** It is over. The listener of a link that had come up is told by the link. */
    abstract void onFailed(String reason);

    final void limit(long millis, Runnable onTimeout) {
        timer = transport.loop().after(millis * 1_000_000, onTimeout);
    }

    final void noLimit() {
        timer.close();
    }

    final void makeLink(LaneDevice on, InetSocketAddress peer, boolean connector) throws IOException {
        device = on;
        InetSocketAddress local = (InetSocketAddress) transport.cm().getSrcAddr(id);
        link = new RdmaLink(this, peer.toString(), on.device, local.getAddress(), connector, transport.config().slots());
        on.enter(link);
    }

    /** Has protection domain, memory, queue pair and receive slots made, then {@link #onPrepared}. */
    final void prepare() {
        transport.work(() -> {
            try {
                made = device.makeQueues(transport.cm(), id, link, transport.budget(), transport.config());
                LinkQueues queues = made;
                transport.loop().execute(() -> prepared(queues));
            } catch (IOException e) {
                transport.loop().execute(() -> fail(e.getMessage()));
            }
        });
    }

    private void prepared(LinkQueues queues) {
        if (link.isEnded()) {
            return; // the task that was queued then takes the queues down
        }
        device.ensureWatched();
        link.attach(queues);
        try {
            onPrepared();
        } catch (IOException e) {
            fail(e.getMessage());
        }
    }

    /**
     * Makes one call on a thread of its own, because it may stay in the kernel for minutes; nothing of the connection is freed before
     * it has come back.
     */
    final void callApart(RdmaLaneTransport.Work call) {
        idle = transport.runApart(() -> {
            try {
                call.run();
            } catch (IOException e) {
                transport.loop().execute(() -> fail(e.getMessage()));
            }
        });
    }

    /** Has a task run on the worker thread as soon as no call of this connection is under way elsewhere. */
    private void free(RdmaLaneTransport.Work task) {
        idle = idle.thenRun(() -> transport.work(task));
    }

    /** Completes when everything that was to be freed so far has been handed to the worker. */
    final CompletableFuture<Void> idle() {
        return idle;
    }

    /** Ends the attempt, or the link if there is one. */
    final void fail(String reason) {
        if (link != null) {
            link.end(reason);
        } else {
            tearDown();
            onFailed(reason);
        }
    }

    /** What any event of an established connection means: it is over. What arrived before is delivered first. */
    final void lost(RdmaCmEvent event) {
        device.drain(link);
        link.end(CmEvents.describe(event));
    }

    @Override
    public final void onEnded(RdmaLink ended) {
        device.leave(ended);
        tearDown();
        onFailed(ended.endReason());
    }

    final void tearDown() {
        noLimit();
        transport.forget(this);
        free(() -> {
            if (made != null) {
                transport.cm().disconnect(id);
                made.destroyPair();
                device.giveBack(made);
            }
            transport.cm().destroyCmId(id);
        });
    }

    @Override
    public final void onReleased(RdmaLink ended) {
        transport.released(ended);
        free(() -> {
            try {
                if (made != null) {
                    made.memory.release();
                    made = null;
                }
            } finally {
                transport.loop().execute(device::released);
            }
        });
    }

    @Override
    public final void startClock(RdmaLink of) {
        transport.startClock(of);
    }

    final void logUnexpected(RdmaCmEvent event) {
        LOG.debug("{}: {}", link, CmEvents.describe(event));
    }
}
