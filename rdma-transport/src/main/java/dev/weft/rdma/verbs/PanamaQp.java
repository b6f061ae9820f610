package dev.weft.rdma.verbs;

import com.ibm.disni.verbs.IbvQP;
import java.io.IOException;
import java.lang.foreign.MemorySegment;

/** A queue pair. Its number is its own from the start. */
final class PanamaQp extends IbvQP {
    final long address;
    final MemorySegment postSend;
    final MemorySegment postRecv;

    PanamaQp(PanamaContext context, PanamaPd pd, PanamaCq sendCq, PanamaCq recvCq, long address) throws IOException {
        super(ObjectStructs.readInt(address, ObjectStructs.QP, "qp_num"));
        this.address = address;
        this.context = context;
        this.pd = pd;
        send_cq = sendCq;
        recv_cq = recvCq;
        handle = ObjectStructs.readInt(address, ObjectStructs.QP, "handle");
        qp_type = ObjectStructs.readInt(address, ObjectStructs.QP, "qp_type");
        state = ObjectStructs.readInt(address, ObjectStructs.QP, "state");
        postSend = context.postSend;
        postRecv = context.postRecv;
    }

    void setState(int state) {
        this.state = state;
    }
}
