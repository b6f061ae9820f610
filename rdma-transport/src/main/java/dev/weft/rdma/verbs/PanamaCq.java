package dev.weft.rdma.verbs;

import com.ibm.disni.verbs.IbvCQ;
import java.io.IOException;
import java.lang.foreign.MemorySegment;

/**
 * A completion queue.
 *
 * <p>ibv_destroy_cq waits until exactly as many events were acknowledged as were taken, and would wait for ever after one
 * acknowledgement too many or too few. Programs get both wrong, so the events are counted here.
 */
final class PanamaCq extends IbvCQ {
    final long address;
    final MemorySegment pollCq;
    final MemorySegment reqNotify;
    private int unacknowledged;

    PanamaCq(PanamaContext context, PanamaCompChannel channel, long address) throws IOException {
        super(context, channel, ObjectStructs.readInt(address, ObjectStructs.CQ, "handle"));
        this.address = address;
        cqe = ObjectStructs.readInt(address, ObjectStructs.CQ, "cqe");
        pollCq = context.pollCq;
        reqNotify = context.reqNotify;
    }

    synchronized void eventTaken() {
        unacknowledged++;
    }

    synchronized void acknowledge(int events) {
        int count = Math.clamp(events, 0, unacknowledged);
        if (count > 0) {
            unacknowledged -= count;
            IbvFunctions.ackCqEvents(address, count);
        }
    }

    /** @return 0, or an error number; EBUSY while a queue pair uses it, and then it stays open */
    int destroy() {
        acknowledge(Integer.MAX_VALUE);
        close();
        int error = IbvFunctions.destroyCq(address);
        if (error != 0) {
            isOpen = true;
            return error;
        }
        return channel == null ? 0 : ((PanamaCompChannel) channel).remove(this);
    }
}
