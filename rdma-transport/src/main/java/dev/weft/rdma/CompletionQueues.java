package dev.weft.rdma;

import com.ibm.disni.verbs.IbvCQ;
import com.ibm.disni.verbs.IbvCompChannel;
import com.ibm.disni.verbs.IbvContext;
import com.ibm.disni.verbs.IbvWC;
import com.ibm.disni.verbs.SVCPollCq;
import com.ibm.disni.verbs.SVCReqNotify;
import dev.weft.rdma.verbs.ExtendedVerbs;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The completion queues of one device on one lane, shared by its links. A link reserves as many entries as it can ever have completions
 * waiting, so a queue cannot overrun; when none has room left another is made. Should one break all the same, it is neither polled nor
 * given to another link, and goes with its last.
 *
 * <p>Receives and sends complete in different queues: only receives wake the lane. A broken queue pair completes its receives with
 * errors, so it is noticed there too.
 *
 * <p>{@link #reserve} and {@link #giveBack} run on the worker thread, the rest on the lane's.
 */
final class CompletionQueues {
    static final int POLL_BATCH = 32;
    private static final int WISHED_RECEIVES = 1024;

    /** A pair of queues. */
    private static final class Pair {
        IbvCQ receives;
        IbvCQ sends;
        int receivesFree;
        int sendsFree;
        IbvWC[] completions;
        SVCPollCq pollReceives;
        SVCPollCq pollSends;
        SVCReqNotify notify;
        boolean armed;
        int users;
        volatile boolean broken;
    }

    /** A link's part of a pair. */
    static final class Share {
        private final Pair pair;
        private final int receives;
        private final int sends;

        Share(Pair pair, int receives, int sends) {
            this.pair = pair;
            this.receives = receives;
            this.sends = sends;
        }

        IbvCQ receiveQueue() {
            return pair.receives;
        }

        IbvCQ sendQueue() {
            return pair.sends;
        }
    }

    /** Takes completions. */
    interface Dispatcher {
        void onCompletion(IbvWC completion);

        /** A queue cannot be used any more; neither can the links on it. */
        void onBrokenQueue(String why);
    }

    private final ExtendedVerbs verbs;
    private final IbvContext context;
    private final Dispatcher dispatcher;
    private final List<Pair> made = new ArrayList<>();
    private volatile Pair[] pairs = {};
    private volatile IbvCompChannel channel;
    private boolean polling;

    CompletionQueues(ExtendedVerbs verbs, IbvContext context, Dispatcher dispatcher) {
        this.verbs = verbs;
        this.context = context;
        this.dispatcher = dispatcher;
    }

    // ---- on the worker thread ------------------------------------------------------------------------------------------------

    Share reserve(int receives, int sends) throws IOException {
        Pair chosen = null;
        for (Pair pair : made) {
            if (!pair.broken && pair.receivesFree >= receives && pair.sendsFree >= sends) {
                chosen = pair;
            }
        }
        if (chosen == null) {
            chosen = makePair(receives, sends);
        }
        chosen.receivesFree -= receives;
        chosen.sendsFree -= sends;
        chosen.users++;
        return new Share(chosen, receives, sends);
    }

    private Pair makePair(int receives, int sends) throws IOException {
        if (channel == null) {
            channel = verbs.createCompChannel(context);
        }
        int links = Math.max(1, Math.min(WISHED_RECEIVES / receives, verbs.queryDevice(context).maxCompletions() / sends));
        Pair pair = new Pair();
        pair.receivesFree = links * receives;
        pair.sendsFree = links * sends;
        pair.receives = verbs.createCQ(context, channel, pair.receivesFree, 0);
        try {
            pair.sends = verbs.createCQ(context, null, pair.sendsFree, 0);
        } catch (IOException e) {
            verbs.destroyCQ(pair.receives);
            throw e;
        }
        pair.completions = new IbvWC[POLL_BATCH];
        for (int i = 0; i < POLL_BATCH; i++) {
            pair.completions[i] = new IbvWC();
        }
        pair.pollReceives = verbs.pollCQ(pair.receives, pair.completions, POLL_BATCH);
        pair.pollSends = verbs.pollCQ(pair.sends, pair.completions, POLL_BATCH);
        pair.notify = verbs.reqNotifyCQ(pair.receives, false);
        made.add(pair);
        pairs = made.toArray(new Pair[0]);
        return pair;
    }

    void giveBack(Share share) throws IOException {
        Pair pair = share.pair;
        pair.receivesFree += share.receives;
        pair.sendsFree += share.sends;
        if (--pair.users == 0 && pair.broken) {
            made.remove(pair);
            pairs = made.toArray(new Pair[0]);
            destroy(pair);
        }
    }

    private void destroy(Pair pair) throws IOException {
        verbs.destroyCQ(pair.receives);
        verbs.destroyCQ(pair.sends);
        pair.pollReceives.free();
        pair.pollSends.free();
        pair.notify.free();
    }

    /** After the last link is gone and the lane polls no more. */
    void destroy() throws IOException {
        pairs = new Pair[0];
        for (Pair pair : made) {
            destroy(pair);
        }
        made.clear();
        if (channel != null) {
            verbs.destroyCompChannel(channel);
            channel = null;
        }
    }

    // ---- on the lane's thread ------------------------------------------------------------------------------------------------

    /** Descriptor that becomes readable after {@link #arm}; -1 before the first link. */
    int fd() {
        IbvCompChannel current = channel;
        return current == null ? -1 : current.getFd();
    }

    /** Hands out completions that are there, at most one batch of each queue. @return how many */
    int poll() {
        if (polling) {
            return 0; // called by a listener that is being told of a completion
        }
        polling = true;
        try {
            int done = 0;
            for (Pair pair : pairs) {
                // Sends first: what broke a queue pair is told there, its receives are merely flushed.
                done += take(pair, pair.pollSends);
                done += take(pair, pair.pollReceives);
            }
            return done;
        } finally {
            polling = false;
        }
    }

    private int take(Pair pair, SVCPollCq poll) {
        if (pair.broken) {
            return 0;
        }
        try {
            int count = poll.execute().getPolls();
            for (int i = 0; i < count; i++) {
                dispatcher.onCompletion(pair.completions[i]);
            }
            return count;
        } catch (IOException e) {
            broken(pair, e);
            return 0;
        }
    }

    private void broken(Pair pair, IOException why) {
        pair.broken = true;
        dispatcher.onBrokenQueue(why.getMessage());
    }

    /** The device says that a queue broke, but not which. */
    void breakAll() {
        for (Pair pair : pairs) {
            pair.broken = true;
        }
    }

    /**
     * Has the device signal the next receive, where it was not asked already. A completion may have come just before: poll once more.
     *
     * @return whether it had to be asked
     */
    boolean arm() {
        boolean asked = false;
        for (Pair pair : pairs) {
            if (!pair.armed && !pair.broken) {
                try {
                    pair.notify.execute();
                    pair.armed = true;
                    asked = true;
                } catch (IOException e) {
                    broken(pair, e);
                }
            }
        }
        return asked;
    }

    /** The descriptor is readable: takes its events. Queues must be armed again. */
    void onReadable() {
        try {
            while (channel != null && verbs.getCqEvent(channel, null, 0)) {
                for (Pair pair : pairs) {
                    pair.armed = false;
                }
            }
            for (Pair pair : pairs) {
                if (!pair.broken) {
                    verbs.ackCqEvents(pair.receives, Integer.MAX_VALUE);
                }
            }
        } catch (IOException e) {
            dispatcher.onBrokenQueue(e.getMessage());
        }
    }
}
