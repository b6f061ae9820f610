package dev.weft.rdma.sim;

import com.ibm.disni.verbs.IbvCompChannel;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;

/** A completion channel: a queue of completion queues that have news. */
final class SimCompChannel extends IbvCompChannel {
    final Deque<SimCq> events = new ArrayDeque<>();
    int users;

    SimCompChannel(SimNode.SimContext context) throws IOException {
        super(context.node.world.fds().open(), context);
        context.node.channels++;
    }
}
