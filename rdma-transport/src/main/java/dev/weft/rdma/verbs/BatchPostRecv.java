package dev.weft.rdma.verbs;

import com.ibm.disni.verbs.SVCPostRecv;
import com.ibm.disni.verbs.SVCPostSend;

/** A receive call whose fields can be changed in place and that can post the first few of its work requests. */
public abstract class BatchPostRecv extends SVCPostRecv {

    /** A work request whose identity and buffers can be changed between two posts. */
    public interface RecvRequest extends RecvWRMod {
        void setWr_id(long workRequestId);

        SVCPostSend.SgeMod getSgeMod(int index);
    }

    /**
     * Posts the first {@code count} work requests as one list.
     *
     * @return 0, or the error number: {@link dev.weft.linux.Errno#ENOMEM} when the receive queue is full
     */
    public abstract int post(int count);

    @Override
    public abstract RecvRequest getWrMod(int index);
}
