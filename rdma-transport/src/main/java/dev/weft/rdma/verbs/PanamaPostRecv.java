package dev.weft.rdma.verbs;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import com.ibm.disni.verbs.IbvRecvWR;
import com.ibm.disni.verbs.IbvSge;
import com.ibm.disni.verbs.SVCPostRecv;
import com.ibm.disni.verbs.SVCPostSend;
import dev.weft.linux.Errno;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** ibv_post_recv of a list, laid out like {@link PanamaPostSend}. One thread at a time. */
final class PanamaPostRecv extends BatchPostRecv {
    private final PanamaQp qp;
    private final List<IbvRecvWR> list;
    private final List<IbvRecvWR> refused;
    private final RequestView[] requests;
    private final long address;
    private final long badAddress;
    private MemorySegment memory;
    private int linked;

    /** @param refused receives the requests that a failed {@link #execute} did not post; may be null */
    PanamaPostRecv(PanamaQp qp, List<IbvRecvWR> list, List<IbvRecvWR> refused) {
        this.qp = qp;
        this.list = List.copyOf(list);
        this.refused = refused;
        requests = new RequestView[list.size()];
        long element = requests.length * WorkStructs.RECV_WR_SIZE;
        long bad = element;
        for (IbvRecvWR each : this.list) {
            bad += elementsOf(each).size() * WorkStructs.SGE_SIZE;
        }
        memory = CallMemory.shared().take(bad + Long.BYTES);
        address = memory.address();
        badAddress = address + bad;
        for (int i = 0; i < requests.length; i++) {
            IbvRecvWR from = this.list.get(i);
            requests[i] = new RequestView(memory, i * WorkStructs.RECV_WR_SIZE, element, from);
            requests[i].setNext(i + 1 < requests.length ? address + (i + 1) * WorkStructs.RECV_WR_SIZE : 0);
            element += elementsOf(from).size() * WorkStructs.SGE_SIZE;
        }
        linked = requests.length;
    }

    /** A receive without buffers takes messages without bytes, and DiSNI leaves its list null. */
    private static List<IbvSge> elementsOf(IbvRecvWR request) {
        return request.getSg_list() == null ? List.of() : request.getSg_list();
    }

    @Override
    public int post(int count) {
        if (memory == null || !qp.isOpen() || count < 1 || count > requests.length) {
            return Errno.EINVAL;
        }
        if (count != linked) {
            if (linked < requests.length) {
                requests[linked - 1].setNext(address + linked * WorkStructs.RECV_WR_SIZE);
            }
            requests[count - 1].setNext(0);
            linked = count;
        }
        return Math.abs(IbvFunctions.callPost(qp.postRecv, qp.address, address, badAddress));
    }

    @Override
    public SVCPostRecv execute() throws IOException {
        if (memory == null) {
            throw new IOException("this post receive was freed");
        }
        if (!qp.isOpen()) {
            throw new IOException("post receive on a closed queue pair");
        }
        int error = post(requests.length);
        if (error != 0) {
            long bad = memory.get(JAVA_LONG, badAddress - address);
            int posted = bad == 0 ? requests.length : (int) ((bad - address) / WorkStructs.RECV_WR_SIZE);
            if (refused != null) {
                refused.addAll(list.subList(posted, list.size()));
            }
            throw new IOException("post receive on queue pair " + qp.getQp_num() + " took " + posted + " of " + requests.length
                    + " work requests: " + Errno.describe(error));
        }
        return this;
    }

    @Override
    public RecvRequest getWrMod(int index) {
        return requests[index];
    }

    @Override
    public boolean isValid() {
        return memory != null;
    }

    @Override
    public SVCPostRecv free() {
        if (memory != null) {
            CallMemory.shared().give(memory);
            memory = null;
        }
        return this;
    }

    /** One ibv_recv_wr where the device library reads it. */
    private static final class RequestView implements RecvRequest {
        private final MemorySegment memory;
        private final long base;
        private final SgeView[] elements;

        RequestView(MemorySegment memory, long base, long firstElement, IbvRecvWR from) {
            this.memory = memory;
            this.base = base;
            List<IbvSge> list = elementsOf(from);
            elements = new SgeView[list.size()];
            for (int i = 0; i < elements.length; i++) {
                elements[i] = new SgeView(memory, firstElement + i * WorkStructs.SGE_SIZE, list.get(i));
            }
            setWr_id(from.getWr_id());
            memory.set(JAVA_LONG, base + WorkStructs.RECV_SG_LIST, elements.length == 0 ? 0 : memory.address() + firstElement);
            memory.set(JAVA_INT, base + WorkStructs.RECV_NUM_SGE, Math.min(from.getNum_sge(), elements.length));
        }

        void setNext(long address) {
            memory.set(JAVA_LONG, base + WorkStructs.RECV_NEXT, address);
        }

        @Override
        public void setWr_id(long workRequestId) {
            memory.set(JAVA_LONG, base + WorkStructs.RECV_WR_ID, workRequestId);
        }

        @Override
        public long getWr_id() {
            return memory.get(JAVA_LONG, base + WorkStructs.RECV_WR_ID);
        }

        @Override
        public SVCPostSend.SgeMod getSgeMod(int index) {
            return elements[index];
        }
    }
}
