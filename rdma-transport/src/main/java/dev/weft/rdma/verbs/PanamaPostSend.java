package dev.weft.rdma.verbs;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import com.ibm.disni.verbs.IbvSendWR;
import com.ibm.disni.verbs.SVCPostSend;
import dev.weft.linux.Errno;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * ibv_post_send of a list, laid out once in native memory and executed as often as wanted.
 *
 * <pre>
 *  | ibv_send_wr 0 | ... | ibv_send_wr n-1 | ibv_sge ... | bad_wr |
 *       | next ---------------> | next = NULL behind the last one posted
 * </pre>
 *
 * One thread at a time.
 */
final class PanamaPostSend extends BatchPostSend {
    private final PanamaQp qp;
    private final List<IbvSendWR> list;
    private final List<IbvSendWR> refused;
    private final SendRequestView[] requests;
    private final long address;
    private final long badAddress;
    private MemorySegment memory;
    private int linked;
    private int posted;

    /** @param refused receives the requests that a failed {@link #execute} did not post; may be null */
    PanamaPostSend(PanamaQp qp, List<IbvSendWR> list, List<IbvSendWR> refused) {
        this.qp = qp;
        this.list = List.copyOf(list);
        this.refused = refused;
        requests = new SendRequestView[list.size()];
        long elements = requests.length * WorkStructs.SEND_WR_SIZE;
        long bad = elements + SendRequestView.elementCount(this.list) * WorkStructs.SGE_SIZE;
        memory = CallMemory.shared().take(bad + Long.BYTES);
        address = memory.address();
        badAddress = address + bad;
        for (int i = 0; i < requests.length; i++) {
            IbvSendWR from = this.list.get(i);
            requests[i] = new SendRequestView(memory, i * WorkStructs.SEND_WR_SIZE, elements, from);
            requests[i].setNext(i + 1 < requests.length ? address + (i + 1) * WorkStructs.SEND_WR_SIZE : 0);
            elements += from.getSg_list().size() * WorkStructs.SGE_SIZE;
        }
        linked = requests.length;
    }

    @Override
    public int post(int count) {
        if (memory == null || !qp.isOpen() || count < 1 || count > requests.length) {
            posted = 0;
            return Errno.EINVAL;
        }
        if (count != linked) {
            link(count);
        }
        int result = IbvFunctions.callPost(qp.postSend, qp.address, address, badAddress);
        posted = result == 0 ? count : acceptedBefore(memory.get(JAVA_LONG, badAddress - address), count);
        return Math.abs(result);
    }

    private void link(int count) {
        if (linked < requests.length) {
            requests[linked - 1].setNext(address + linked * WorkStructs.SEND_WR_SIZE);
        }
        requests[count - 1].setNext(0);
        linked = count;
    }

    /** A provider that took the list and failed at the doorbell names no bad request: all are queued and will be flushed. */
    private int acceptedBefore(long bad, int count) {
        return bad == 0 ? count : (int) ((bad - address) / WorkStructs.SEND_WR_SIZE);
    }

    @Override
    public int posted() {
        return posted;
    }

    @Override
    public SVCPostSend execute() throws IOException {
        if (memory == null) {
            throw new IOException("this post send was freed");
        }
        if (!qp.isOpen()) {
            throw new IOException("post send on a closed queue pair");
        }
        int error = post(requests.length);
        if (error != 0) {
            if (refused != null) {
                refused.addAll(list.subList(posted, list.size()));
            }
            throw new IOException("post send on queue pair " + qp.getQp_num() + " took " + posted + " of " + requests.length
                    + " work requests: " + Errno.describe(error));
        }
        return this;
    }

    @Override
    public SendWRMod getWrMod(int index) {
        return requests[index];
    }

    @Override
    public boolean isValid() {
        return memory != null;
    }

    @Override
    public SVCPostSend free() {
        if (memory != null) {
            CallMemory.shared().give(memory);
            memory = null;
        }
        return this;
    }
}
