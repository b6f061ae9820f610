package dev.weft.rdma.verbs;

import com.ibm.disni.verbs.SVCPostSend;

/** A send call that can post the first few of its work requests and answers an error instead of throwing it. */
public abstract class BatchPostSend extends SVCPostSend {

    /**
     * Posts the first {@code count} work requests as one list.
     *
     * @return 0, or the error number: {@link dev.weft.linux.Errno#ENOMEM} when the send queue is full
     */
    public abstract int post(int count);

    /** Work requests the queue pair took in the last {@link #post}, which may be fewer than asked when it failed. */
    public abstract int posted();

    @Override
    public abstract SendWRMod getWrMod(int index);
}
