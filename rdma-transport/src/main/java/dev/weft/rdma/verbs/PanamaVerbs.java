package dev.weft.rdma.verbs;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import com.ibm.disni.verbs.IbvCQ;
import com.ibm.disni.verbs.IbvCompChannel;
import com.ibm.disni.verbs.IbvContext;
import com.ibm.disni.verbs.IbvMr;
import com.ibm.disni.verbs.IbvPd;
import com.ibm.disni.verbs.IbvQP;
import com.ibm.disni.verbs.IbvRecvWR;
import com.ibm.disni.verbs.IbvSendWR;
import com.ibm.disni.verbs.IbvWC;
import com.ibm.disni.verbs.SVCDeregMr;
import com.ibm.disni.verbs.SVCPollCq;
import com.ibm.disni.verbs.SVCRegMr;
import com.ibm.disni.verbs.SVCReqNotify;
import dev.weft.linux.Descriptors;
import dev.weft.linux.Errno;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * DiSNI's verbs over libibverbs by java.lang.foreign: no JNI, no libdisni. {@link #install} makes it the provider of every DiSNI
 * program in this JVM.
 *
 * <p>On-demand paging is not offered: {@link #queryOdpSupport} answers -1, as DiSNI does where the device has none.
 */
public final class PanamaVerbs extends ExtendedVerbs {
    private static final int NOT_SUPPORTED = -1;

    PanamaVerbs() {
    }

    /**
     * Makes this provider DiSNI's, once for the JVM.
     *
     * @throws IOException a sentence that says which library or module is missing and how to get it, or that another provider is in use
     */
    public static PanamaProvider install() throws IOException {
        return PanamaProvider.install();
    }

    @Override
    public List<RdmaDevice> devices() throws IOException {
        return Devices.list();
    }

    @Override
    public RdmaDevice device(IbvContext context) {
        PanamaContext of = (PanamaContext) context;
        return new RdmaDevice(of.deviceName(), of.kind());
    }

    @Override
    public boolean isPresent(IbvContext context) {
        return ((PanamaContext) context).isPresent();
    }

    @Override
    public void letGo(IbvContext context) throws IOException {
        ((PanamaContext) context).letGo();
    }

    @Override
    public DeviceAttributes queryDevice(IbvContext context) throws IOException {
        return Devices.query((PanamaContext) context);
    }

    @Override
    public PortAttributes queryPort(IbvContext context, int port) throws IOException {
        return Devices.queryPort((PanamaContext) context, port);
    }

    @Override
    public byte[] queryGid(IbvContext context, int port, int index) throws IOException {
        return Devices.queryGid((PanamaContext) context, port, index);
    }

    @Override
    public int asyncFd(IbvContext context) {
        return ((PanamaContext) context).asyncFd;
    }

    @Override
    public AsyncEvent takeAsyncEvent(IbvContext context) throws IOException {
        PanamaContext of = (PanamaContext) context;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment event = arena.allocate(ParameterStructs.ASYNC_EVENT);
            if (IbvFunctions.getAsyncEvent(of.address, event) != 0) {
                if (Errno.last() == Errno.EAGAIN || Errno.last() == Errno.EINTR) {
                    return null;
                }
                throw new IOException("asynchronous events of " + of.deviceName() + " ended: " + Errno.describe(Errno.last()));
            }
            IbvFunctions.ackAsyncEvent(event);
            int type = ParameterStructs.getInt(event, ParameterStructs.ASYNC_EVENT, "event_type");
            boolean ofPort = type >= AsyncEvent.DEVICE_FATAL && type != AsyncEvent.SRQ_ERR && type != AsyncEvent.SRQ_LIMIT_REACHED
                    && type != AsyncEvent.QP_LAST_WQE_REACHED;
            return new AsyncEvent(type, ofPort ? event.get(JAVA_INT, 0) : 0, ofPort ? 0 : event.get(JAVA_LONG, 0));
        }
    }

    @Override
    public IbvPd allocPd(IbvContext context) throws IOException {
        PanamaContext of = open(context, "allocate a protection domain");
        long address = IbvFunctions.allocPd(of.address);
        if (address == 0) {
            throw failed("ibv_alloc_pd", of);
        }
        LayoutCheck.pd(address, of);
        return new PanamaPd(of, address);
    }

    @Override
    public IbvCompChannel createCompChannel(IbvContext context) throws IOException {
        PanamaContext of = open(context, "create a completion channel");
        long address = IbvFunctions.createCompChannel(of.address);
        if (address == 0) {
            throw failed("ibv_create_comp_channel", of);
        }
        LayoutCheck.compChannel(address, of);
        PanamaCompChannel channel = new PanamaCompChannel(of, address);
        Descriptors.setNonBlocking(channel.getFd());
        return channel;
    }

    /** @param channel null for a queue that is only polled */
    @Override
    public IbvCQ createCQ(IbvContext context, IbvCompChannel channel, int entries, int vector) throws IOException {
        PanamaContext of = open(context, "create a completion queue");
        PanamaCompChannel events = (PanamaCompChannel) channel;
        if (events != null && !events.isOpen()) {
            throw new IOException("cannot create a completion queue on a closed completion channel");
        }
        long eventsAddress = events == null ? 0 : events.address();
        long address = IbvFunctions.createCq(of.address, entries, eventsAddress, vector);
        if (address == 0) {
            throw failed("ibv_create_cq of " + entries + " entries", of);
        }
        LayoutCheck.cq(address, of, eventsAddress, entries);
        PanamaCq cq = new PanamaCq(of, events, address);
        if (events != null) {
            events.add(cq);
        }
        return cq;
    }

    private static PanamaContext open(IbvContext context, String purpose) throws IOException {
        if (!context.isOpen()) {
            throw new IOException("cannot " + purpose + " on a closed context");
        }
        return (PanamaContext) context;
    }

    private static IOException failed(String call, PanamaContext context) {
        return new IOException(call + " on " + context.deviceName() + " failed: " + Errno.describe(Errno.last()));
    }

    /** The queue is not chosen by the caller: an event of any queue of the channel counts, as with DiSNI. */
    @Override
    public boolean getCqEvent(IbvCompChannel channel, IbvCQ cq, int timeoutMillis) throws IOException {
        return ((PanamaCompChannel) channel).takeEvent(timeoutMillis);
    }

    @Override
    public SVCRegMr regMr(IbvPd pd, ByteBuffer buffer, int access) throws IOException {
        if (!buffer.isDirect()) {
            throw new IOException("memory registration needs a direct buffer");
        }
        ByteBuffer whole = buffer.duplicate().clear();
        return new PanamaCalls.RegMr((PanamaPd) pd, MemorySegment.ofBuffer(whole).address(), whole.capacity(), access, whole);
    }

    @Override
    public SVCRegMr regMr(IbvPd pd, long address, int length, int access) {
        return new PanamaCalls.RegMr((PanamaPd) pd, address, length, access, null);
    }

    @Override
    public IbvMr register(IbvPd pd, long address, long lengthBytes, int access) throws IOException {
        return new PanamaCalls.RegMr((PanamaPd) pd, address, lengthBytes, access, null).execute().getMr();
    }

    @Override
    public SVCDeregMr deregMr(IbvMr region) {
        return new PanamaCalls.DeregMr((PanamaMr) region);
    }

    @Override
    public int queryOdpSupport(IbvContext context) {
        return NOT_SUPPORTED;
    }

    @Override
    public int expPrefetchMr(IbvMr region, long address, int length) {
        return NOT_SUPPORTED;
    }

    @Override
    public BatchPostSend postSend(IbvQP qp, List<IbvSendWR> requests, List<IbvSendWR> refused) throws IOException {
        requireSome(requests);
        return new PanamaPostSend((PanamaQp) qp, requests, refused);
    }

    @Override
    public BatchPostRecv postRecv(IbvQP qp, List<IbvRecvWR> requests, List<IbvRecvWR> refused) throws IOException {
        requireSome(requests);
        return new PanamaPostRecv((PanamaQp) qp, requests, refused);
    }

    private static void requireSome(List<?> requests) throws IOException {
        if (requests.isEmpty()) {
            throw new IOException("a post needs at least one work request");
        }
    }

    @Override
    public SVCPollCq pollCQ(IbvCQ cq, IbvWC[] completions, int most) {
        return new PanamaPollCq((PanamaCq) cq, completions, most);
    }

    @Override
    public SVCReqNotify reqNotifyCQ(IbvCQ cq, boolean solicitedOnly) {
        return new PanamaCalls.ReqNotify((PanamaCq) cq, solicitedOnly);
    }

    /** Acknowledges at most the events that were taken: one too many would make destroyCQ wait for ever. */
    @Override
    public int ackCqEvents(IbvCQ cq, int events) throws IOException {
        if (!cq.isOpen()) {
            throw new IOException("acknowledgement on a closed completion queue");
        }
        ((PanamaCq) cq).acknowledge(events);
        return 0;
    }

    /** A channel that queues still use goes with the last of them. */
    @Override
    public int destroyCompChannel(IbvCompChannel channel) throws IOException {
        if (!channel.isOpen()) {
            throw new IOException("the completion channel is destroyed already");
        }
        return ((PanamaCompChannel) channel).destroy();
    }

    /** @return 0, or EBUSY while something is registered in it; it stays open then */
    @Override
    public int deallocPd(IbvPd pd) throws IOException {
        if (!pd.isOpen()) {
            throw new IOException("the protection domain is deallocated already");
        }
        PanamaPd of = (PanamaPd) pd;
        of.close();
        int error = IbvFunctions.deallocPd(of.address);
        if (error != 0) {
            of.reopen();
        }
        return error;
    }

    @Override
    public int destroyCQ(IbvCQ cq) throws IOException {
        if (!cq.isOpen()) {
            throw new IOException("the completion queue is destroyed already");
        }
        return ((PanamaCq) cq).destroy();
    }

    @Override
    public int queryState(IbvQP qp) throws IOException {
        PanamaQp of = (PanamaQp) qp;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = arena.allocate(ParameterStructs.QP_ATTR);
            MemorySegment initial = arena.allocate(ParameterStructs.QP_INIT_ATTR);
            int error = IbvFunctions.queryQp(of.address, attributes, ParameterStructs.QP_STATE_MASK, initial);
            if (error != 0) {
                throw new IOException("ibv_query_qp of queue pair " + qp.getQp_num() + " failed: " + Errno.describe(error));
            }
            of.setState(ParameterStructs.getInt(attributes, ParameterStructs.QP_ATTR, "qp_state"));
            return of.getState();
        }
    }

    @Override
    public void fail(IbvQP qp) throws IOException {
        PanamaQp of = (PanamaQp) qp;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = arena.allocate(ParameterStructs.QP_ATTR);
            ParameterStructs.setInt(attributes, ParameterStructs.QP_ATTR, "qp_state", IbvQP.IBV_QPS_ERR);
            int error = IbvFunctions.modifyQp(of.address, attributes, ParameterStructs.QP_STATE_MASK);
            if (error != 0) {
                throw new IOException("ibv_modify_qp of queue pair " + qp.getQp_num() + " failed: " + Errno.describe(error));
            }
            of.setState(IbvQP.IBV_QPS_ERR);
        }
    }
}
