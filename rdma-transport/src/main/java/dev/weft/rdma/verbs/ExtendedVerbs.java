package dev.weft.rdma.verbs;

import com.ibm.disni.verbs.IbvCQ;
import com.ibm.disni.verbs.IbvContext;
import com.ibm.disni.verbs.IbvMr;
import com.ibm.disni.verbs.IbvPd;
import com.ibm.disni.verbs.IbvQP;
import com.ibm.disni.verbs.IbvRecvWR;
import com.ibm.disni.verbs.IbvSendWR;
import com.ibm.disni.verbs.RdmaVerbs;
import java.io.IOException;
import java.util.List;

/**
 * DiSNI's verbs and what a transport needs beyond them. Nothing here waits for the network. Completion channels and the asynchronous
 * event descriptor are non-blocking and meant for an event loop; with a time-out of 0 {@link #getCqEvent} only looks.
 */
public abstract class ExtendedVerbs extends RdmaVerbs {

    /** Every RDMA device of the host, opened or not. */
    public abstract List<RdmaDevice> devices() throws IOException;

    /** The device behind a context. */
    public abstract RdmaDevice device(IbvContext context);

    /** Whether the device is still there. One that is being taken away may work on until {@link #letGo}, and nobody is told. */
    public abstract boolean isPresent(IbvContext context);

    /**
     * This process uses the device no more; everything made on it, but for what librdmacm keeps to itself, has been freed. The kernel
     * waits for that when a device is taken away.
     */
    public abstract void letGo(IbvContext context) throws IOException;

    public abstract DeviceAttributes queryDevice(IbvContext context) throws IOException;

    /** @param port from 1 */
    public abstract PortAttributes queryPort(IbvContext context, int port) throws IOException;

    /** @return 16 bytes */
    public abstract byte[] queryGid(IbvContext context, int port, int index) throws IOException;

    /** Readable when {@link #takeAsyncEvent} has something. */
    public abstract int asyncFd(IbvContext context);

    /** @return the next asynchronous event of the device, acknowledged, or null when there is none */
    public abstract AsyncEvent takeAsyncEvent(IbvContext context) throws IOException;

    /** Registers memory, also of 2 GiB and more. @param access IbvMr.IBV_ACCESS_... */
    public abstract IbvMr register(IbvPd pd, long address, long lengthBytes, int access) throws IOException;

    /** Asks the device. @return IbvQP.IBV_QPS_... */
    public abstract int queryState(IbvQP qp) throws IOException;

    /** Moves the queue pair to the error state: everything posted completes with IBV_WC_WR_FLUSH_ERR. */
    public abstract void fail(IbvQP qp) throws IOException;

    /** Frees a completion queue. @return 0, or EBUSY while a queue pair uses it */
    @Override
    public abstract int destroyCQ(IbvCQ cq) throws IOException;

    @Override
    public abstract BatchPostSend postSend(IbvQP qp, List<IbvSendWR> requests, List<IbvSendWR> refused) throws IOException;

    @Override
    public abstract BatchPostRecv postRecv(IbvQP qp, List<IbvRecvWR> requests, List<IbvRecvWR> refused) throws IOException;
}
