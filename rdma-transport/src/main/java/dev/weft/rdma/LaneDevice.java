package dev.weft.rdma;

import com.ibm.disni.verbs.IbvContext;
import com.ibm.disni.verbs.IbvWC;
import com.ibm.disni.verbs.RdmaCmId;
import dev.weft.loop.LaneLoop;
import dev.weft.rdma.verbs.AsyncEvent;
import dev.weft.rdma.verbs.ExtendedCm;
import dev.weft.rdma.verbs.ExtendedVerbs;
import dev.weft.rdma.verbs.RdmaDevice;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;

/**
 * One device as one lane uses it: its links by place, and the completions that are dispatched to them by the identity of their work
 * request. While there are links the lane polls; when a turn finds nothing, the device is asked to signal the completion channel.
 *
 * <p>Lane's thread, except where said.
 */
final class LaneDevice implements LaneLoop.Poller, CompletionQueues.Dispatcher {
    private static final int DRAIN_TURNS = 64;
    private static final int MOST_TOUCHED = 2 * CompletionQueues.POLL_BATCH;

    final IbvContext context;
    final RdmaDevice device;
    final String name;
    private final ExtendedVerbs verbs;
    private final RdmaLoop loop;
    private final RdmaLaneTransport.Worker work;
    private final CompletionQueues queues;
    private final Deque<Integer> freePlaces = new ArrayDeque<>();
    private final RdmaLink[] touched = new RdmaLink[MOST_TOUCHED];
    private RdmaLink[] links = new RdmaLink[16];
    private int[] generations = new int[16];
    private int places;
    private int linkCount;
    private int touchedCount;
    private RdmaLoop.Watch watch;
    private long staleCompletions;
    private int unreleased;
    private Runnable whenUnused = () -> { };

    /** @param work runs what may enter the kernel for a while */
    LaneDevice(ExtendedVerbs verbs, IbvContext context, RdmaLoop loop, RdmaLaneTransport.Worker work) {
        this.verbs = verbs;
        this.work = work;
        this.context = context;
        this.loop = loop;
        device = verbs.device(context);
        name = device.name();
        queues = new CompletionQueues(verbs, context, this);
    }

    /** Gives the link a place, and with it the identity of its work requests. */
    void enter(RdmaLink link) {
        Integer free = freePlaces.poll();
        int place = free == null ? places++ : free;
        if (place == links.length) {
            links = Arrays.copyOf(links, 2 * place);
            generations = Arrays.copyOf(generations, 2 * place);
        }
        links[place] = link;
        unreleased++;
        link.identify(place, generations[place]);
        if (linkCount++ == 0) {
            loop.addPoller(this);
        }
    }

    /** The link is over: what still completes for it is stale. */
    void leave(RdmaLink link) {
        links[link.place()] = null;
        generations[link.place()]++;
        freePlaces.add(link.place());
        if (--linkCount == 0) {
            loop.removePoller(this);
        }
    }

    /** Queue pair and memory of a link that has left are gone. */
    void released() {
        if (--unreleased == 0) {
            whenUnused.run();
        }
    }

    /** Calls back once nothing of any link is left. */
    void whenUnused(Runnable action) {
        if (unreleased == 0) {
            action.run();
        } else {
            whenUnused = action;
        }
    }

    /** On the worker thread. */
    LinkQueues makeQueues(ExtendedCm cm, RdmaCmId id, RdmaLink link, MemoryBudget budget, RdmaConfig config) throws IOException {
        int place = link.place();
        int generation = link.generation();
        return LinkQueues.make(verbs, cm, id, queues, budget, config, slot -> WorkId.of(generation, place, WorkId.RECEIVE, slot));
    }

    /** On the worker thread, when the queue pair is gone. */
    void giveBack(LinkQueues made) throws IOException {
        queues.giveBack(made.share);
    }

    /** The first link has made the completion channel: from now on the lane can sleep and be woken by it. */
    void ensureWatched() {
        if (watch == null && queues.fd() >= 0) {
            watch = loop.watch(queues.fd(), queues::onReadable);
        }
    }

    @Override
    public int poll() {
        int done = pollOnce();
        if (done == 0 && queues.arm()) {
            done = pollOnce();
        }
        return done;
    }

    private int pollOnce() {
        int done = queues.poll();
        for (int i = 0; i < touchedCount; i++) {
            RdmaLink link = touched[i];
            touched[i] = null;
            link.endTurn();
        }
        touchedCount = 0;
        return done;
    }

    /** Hands out everything that has arrived: before a link is ended because its connection was. */
    void drain(RdmaLink link) {
        int turns = 0;
        while (!link.isEnded() && turns++ < DRAIN_TURNS && pollOnce() > 0) {
            Thread.onSpinWait();
        }
    }

    @Override
    public void onCompletion(IbvWC completion) {
        long id = completion.getWr_id();
        int place = WorkId.place(id);
        RdmaLink link = place < links.length ? links[place] : null;
        if (link == null || !WorkId.isOf(id, generations[place])) {
            staleCompletions++;
            return;
        }
        link.onCompletion(WorkId.kind(id), WorkId.detail(id), completion.getStatus(), completion.getByte_len());
        touch(link);
    }

    private void touch(RdmaLink link) {
        for (int i = 0; i < touchedCount; i++) {
            if (touched[i] == link) {
                return;
            }
        }
        if (touchedCount < MOST_TOUCHED) {
            touched[touchedCount++] = link;
        } else {
            link.endTurn();
        }
    }

    @Override
    public void onBrokenQueue(String why) {
        endAll(name + ": " + why);
    }

    /** Links whose device or port is gone are ended here, long before their queue pairs notice by retrying. */
    void onAsyncEvent(AsyncEvent event) {
        switch (event.type()) {
            case AsyncEvent.DEVICE_FATAL -> endAll("the RDMA device " + name + " failed");
            case AsyncEvent.PORT_ERR -> endAll("port " + event.port() + " of " + name + " went down");
            case AsyncEvent.GID_CHANGE -> work.run(this::checkAddresses);
            case AsyncEvent.CQ_ERR -> {
                queues.breakAll();
                endAll("a completion queue of " + name + " failed");
            }
            default -> { } // of one queue pair, which tells by its completions; or good news
        }
    }

    /** On the worker thread: RoCE and InfiniBand packets carry GIDs, and a GID that is gone takes its links with it. */
    private void checkAddresses() throws IOException {
        if (device.kind() != RdmaDevice.Kind.INFINIBAND) {
            return;
        }
        Set<InetAddress> present = new HashSet<>();
        int ports = verbs.queryDevice(context).ports();
        for (int port = 1; port <= ports; port++) {
            int gids = verbs.queryPort(context, port).gids();
            for (int index = 0; index < gids; index++) {
                present.add(InetAddress.getByAddress(verbs.queryGid(context, port, index)));
            }
        }
        loop.execute(() -> endWithout(present));
    }

    /** An IPv4 address is in the table as an IPv4-mapped IPv6 address, which Java makes an IPv4 address again. */
    private void endWithout(Set<InetAddress> present) {
        for (RdmaLink link : links.clone()) {
            if (link != null && !present.contains(link.localAddress())) {
                link.end("address " + link.localAddress().getHostAddress() + " left " + name);
            }
        }
    }

    void endAll(String reason) {
        for (RdmaLink link : links.clone()) {
            if (link != null) {
                link.end(reason);
            }
        }
    }

    long staleCompletions() {
        return staleCompletions;
    }

    /** No more completions are taken. */
    void stop() {
        if (watch != null) {
            watch.close();
            watch = null;
        }
    }

    /** On the worker thread, after {@link #stop} and the end of the last link. */
    void destroy() throws IOException {
        queues.destroy();
    }
}
