package dev.weft.rdma;

import com.ibm.disni.verbs.IbvSendWR;
import com.ibm.disni.verbs.SVCPostSend;

/**
 * The sending half of a link's bookkeeping: batches and reports become work requests, as far as credits and the send queue allow. Nothing
 * here allocates. Lane's thread only.
 */
final class Outlet {
    private static final int SIGNALED = IbvSendWR.IBV_SEND_SIGNALED;
    private static final int INLINE = IbvSendWR.IBV_SEND_INLINE;

    private final Credits credits;
    private final SendRing ring;
    private final LinkQueues queues;
    private final int generation;
    private final int place;
    private int posted;
    private int done;
    private int unsignalled;

    /**
     * @param generation and place: the link's identity in the work requests
     */
    Outlet(Credits credits, SendRing ring, LinkQueues queues, int generation, int place) {
        this.credits = credits;
        this.ring = ring;
        this.queues = queues;
        this.generation = generation;
        this.place = place;
    }

    private int room() {
        return queues.sendDepth - (posted - done);
    }

    /**
     * Posts batches.
     *
     * @param open whether the one that could still grow is posted as well
     * @return 0, or the error number of the post that failed
     */
    int post(boolean open) {
        int count = 0;
        int room = Math.min(credits.room(), room());
        while (room-- > 0 && (open ? ring.hasUnposted() : ring.hasClosed())) {
            prepare(count++, ring.post());
            if (count == LinkQueues.LIST) {
                int error = submit(count);
                if (error != 0) {
                    return error;
                }
                count = 0;
            }
        }
        return count > 0 ? submit(count) : 0;
    }

    private void prepare(int index, int batch) {
        int length = ring.length(batch);
        int number = credits.send(false);
        long header = queues.memory.header(number);
        BatchHeader.write(header, false, credits.ownSlots(), length, number, credits.taken());
        SVCPostSend.SendWRMod request = queues.sends.getWrMod(index);
        request.setWr_id(WorkId.of(generation, place, WorkId.SEND, posted + index + 1));
        request.setSend_flags(BatchHeader.LENGTH + length <= queues.inlineBytes ? INLINE : 0);
        request.getSgeMod(0).setAddr(header);
        request.getSgeMod(1).setAddr(ring.address(batch));
        request.getSgeMod(1).setLength(length);
    }

    /** One post for the list, one completion for the post. */
    private int submit(int count) {
        SVCPostSend.SendWRMod last = queues.sends.getWrMod(count - 1);
        posted += count;
        unsignalled = 0;
        last.setSend_flags(last.getSend_flags() | SIGNALED);
        return queues.sends.post(count);
    }

    /** Posts a batch without frames, if one may be sent now. @return 0, or the error number of the post */
    int report() {
        if (!credits.mayReport() || room() == 0) {
            return 0;
        }
        int number = credits.send(true);
        long header = queues.memory.header(number);
        BatchHeader.write(header, true, credits.ownSlots(), 0, number, credits.taken());
        SVCPostSend.SendWRMod request = queues.reports.getWrMod(0);
        posted++;
        boolean signalled = ++unsignalled >= LinkQueues.LIST;
        unsignalled = signalled ? 0 : unsignalled;
        request.setSend_flags((signalled ? SIGNALED : 0) | (BatchHeader.LENGTH <= queues.inlineBytes ? INLINE : 0));
        request.setWr_id(WorkId.of(generation, place, WorkId.SEND, posted));
        request.getSgeMod(0).setAddr(header);
        return queues.reports.post(1);
    }

    /** A send completed, and with it all before it. @param detail of its identity */
    void completed(int detail) {
        done += (short) (detail - done);
    }
}
