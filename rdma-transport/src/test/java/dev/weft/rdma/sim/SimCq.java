package dev.weft.rdma.sim;

import com.ibm.disni.verbs.IbvCQ;
import com.ibm.disni.verbs.IbvWC;
import dev.weft.rdma.verbs.AsyncEvent;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;

/** A completion queue. It signals its channel once after it was armed; an overrun breaks it, as it breaks a real one. */
final class SimCq extends IbvCQ {

    /** A completion as the device wrote it. */
    record Completion(SimQp pair, long id, int status, int opcode, int byteLength, int sendIndex) {
    }

    private final SimNode node;
    private final SimCompChannel events;
    private final int capacity;
    final Deque<Completion> completions = new ArrayDeque<>();
    int users;
    private boolean armed;
    private boolean overrun;

    SimCq(SimNode.SimContext context, SimCompChannel channel, int capacity) throws IOException {
        super(context, channel, 1);
        node = context.node;
        events = channel;
        this.capacity = capacity;
        node.queues.add(this);
        if (events != null) {
            events.users++;
        }
    }

    void arm() {
        armed = true;
    }

    void add(Completion completion) {
        if (completions.size() == capacity) {
            overrun();
            return;
        }
        completions.add(completion);
        if (armed && events != null) {
            armed = false;
            events.events.add(this);
            node.world.fds().readable(events.getFd(), true);
        }
    }

    void overrun() {
        overrun = true;
        node.async(new AsyncEvent(AsyncEvent.CQ_ERR, 0, 0));
    }

    int take(IbvWC[] to, int most) throws IOException {
        if (overrun) {
            throw new IOException("the completion queue overran");
        }
        int count = 0;
        while (count < most && !completions.isEmpty()) {
            Completion from = completions.poll();
            IbvWC wc = to[count++];
            wc.setWr_id(from.id);
            wc.setStatus(from.status);
            wc.setOpcode(from.opcode);
            wc.setByte_len(from.byteLength);
            wc.setQp_num(from.pair.number());
            from.pair.reaped(from.sendIndex);
        }
        return count;
    }

    void destroyed() {
        node.queues.remove(this);
        if (events != null) {
            events.users--;
            events.events.removeIf(each -> each == this);
        }
    }
}
