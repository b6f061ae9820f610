package dev.weft.rdma.verbs;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import com.ibm.disni.verbs.IbvPd;
import com.ibm.disni.verbs.IbvQP;
import com.ibm.disni.verbs.IbvQPCap;
import com.ibm.disni.verbs.IbvQPInitAttr;
import com.ibm.disni.verbs.RdmaCmEvent;
import com.ibm.disni.verbs.RdmaCmId;
import com.ibm.disni.verbs.RdmaConnParam;
import com.ibm.disni.verbs.RdmaEventChannel;
import dev.weft.linux.Descriptors;
import dev.weft.linux.Errno;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.net.SocketAddress;
import java.util.concurrent.TimeUnit;

/**
 * DiSNI's connection manager over librdmacm by java.lang.foreign.
 *
 * <p>Events are acknowledged when they are taken, so that an identifier can always be destroyed without waiting;
 * {@link #ackCmEvent} has nothing left to do.
 */
public final class PanamaCm extends ExtendedCm {
    private static final byte DEVICE_MAXIMUM = (byte) 0xFF;
    private static final int OPTION_ID = 0;
    private static final int OPTION_ID_REUSEADDR = 1;
    private static final int OPTION_ID_ACK_TIMEOUT = 3;

    PanamaCm() {
    }

    @Override
    public RdmaEventChannel createEventChannel() throws IOException {
        long address = CmFunctions.createEventChannel();
        if (address == 0) {
            throw new IOException("rdma_create_event_channel failed: " + Errno.describe(Errno.last())
                    + "; load the rdma_ucm module (modprobe rdma_ucm) and check /dev/infiniband/rdma_cm");
        }
        LayoutCheck.eventChannel(address);
        PanamaEventChannel channel = new PanamaEventChannel(address);
        Descriptors.setNonBlocking(channel.getFd());
        return channel;
    }

    @Override
    public RdmaCmId createId(RdmaEventChannel channel, short portSpace) throws IOException {
        PanamaEventChannel events = (PanamaEventChannel) channel;
        if (!events.isOpen()) {
            throw new IOException("cannot create a connection identifier on a closed event channel");
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(JAVA_LONG);
            check(CmFunctions.createId(events.address, out, 0, portSpace), "rdma_create_id");
            long address = out.get(JAVA_LONG, 0);
            LayoutCheck.cmId(address, events.address, portSpace);
            PanamaCmId id = new PanamaCmId(events, address);
            events.add(id);
            return id;
        }
    }

    @Override
    public IbvQP createQP(RdmaCmId id, IbvPd pd, IbvQPInitAttr attributes) throws IOException {
        PanamaCmId of = open(id, "create a queue pair");
        PanamaPd domain = (PanamaPd) pd;
        PanamaCq sendCq = (PanamaCq) attributes.getSend_cq();
        PanamaCq recvCq = (PanamaCq) attributes.getRecv_cq();
        if (!domain.isOpen() || !sendCq.isOpen() || !recvCq.isOpen()) {
            throw new IOException("cannot create a queue pair with a closed protection domain or completion queue");
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment wish = arena.allocate(ParameterStructs.QP_INIT_ATTR);
            StructLayout layout = ParameterStructs.QP_INIT_ATTR;
            IbvQPCap cap = attributes.cap();
            ParameterStructs.setLong(wish, layout, "send_cq", sendCq.address);
            ParameterStructs.setLong(wish, layout, "recv_cq", recvCq.address);
            ParameterStructs.setInt(wish, layout, "cap.max_send_wr", cap.getMax_send_wr());
            ParameterStructs.setInt(wish, layout, "cap.max_recv_wr", cap.getMax_recv_wr());
            ParameterStructs.setInt(wish, layout, "cap.max_send_sge", Math.max(1, cap.getMax_send_sge()));
            ParameterStructs.setInt(wish, layout, "cap.max_recv_sge", Math.max(1, cap.getMax_recv_sge()));
            ParameterStructs.setInt(wish, layout, "cap.max_inline_data", cap.getMax_inline_data());
            ParameterStructs.setInt(wish, layout, "qp_type", attributes.getQp_type());
            ParameterStructs.setInt(wish, layout, "sq_sig_all", attributes.getSq_sig_all());
            check(CmFunctions.createQp(of.address, domain.address, wish), "rdma_create_qp");
            long address = ObjectStructs.readLong(of.address, ObjectStructs.CM_ID, "qp");
            LayoutCheck.qp(address, domain, sendCq, recvCq, attributes.getQp_type());
            readBack(wish, cap);
            PanamaQp qp = new PanamaQp((PanamaContext) of.getVerbs(), domain, sendCq, recvCq, address);
            of.setQp(qp);
            return qp;
        }
    }

    /** What the device really gave, which is at least what was asked for. */
    private static void readBack(MemorySegment got, IbvQPCap cap) {
        StructLayout layout = ParameterStructs.QP_INIT_ATTR;
        cap.setMax_send_wr(ParameterStructs.getInt(got, layout, "cap.max_send_wr"));
        cap.setMax_recv_wr(ParameterStructs.getInt(got, layout, "cap.max_recv_wr"));
        cap.setMax_send_sge(ParameterStructs.getInt(got, layout, "cap.max_send_sge"));
        cap.setMax_recv_sge(ParameterStructs.getInt(got, layout, "cap.max_recv_sge"));
        cap.setMax_inline_data(ParameterStructs.getInt(got, layout, "cap.max_inline_data"));
    }

    @Override
    public void bindAddr(RdmaCmId id, SocketAddress address) throws IOException {
        PanamaCmId of = open(id, "bind");
        try (Arena arena = Arena.ofConfined()) {
            check(CmFunctions.bindAddr(of.address, SocketAddresses.write(address, arena)), "rdma_bind_addr to " + address);
        }
    }

    @Override
    public void listen(RdmaCmId id, int backlog) throws IOException {
        check(CmFunctions.listen(open(id, "listen").address, backlog), "rdma_listen");
    }

    /** @param source null for the system's choice */
    @Override
    public void resolveAddr(RdmaCmId id, SocketAddress source, SocketAddress destination, int timeoutMillis) throws IOException {
        PanamaCmId of = open(id, "resolve an address");
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment from = source == null ? MemorySegment.NULL : SocketAddresses.write(source, arena);
            check(CmFunctions.resolveAddr(of.address, from, SocketAddresses.write(destination, arena), timeoutMillis),
                    "rdma_resolve_addr of " + destination);
        }
    }

    @Override
    public void resolveRoute(RdmaCmId id, int timeoutMillis) throws IOException {
        check(CmFunctions.resolveRoute(open(id, "resolve a route").address, timeoutMillis), "rdma_resolve_route");
    }

    /**
     * Takes the next event.
     *
     * @param timeoutMillis 0 looks only, negative waits for ever
     * @return null when there was none in time
     */
    @Override
    public RdmaCmEvent getCmEvent(RdmaEventChannel channel, int timeoutMillis) throws IOException {
        PanamaEventChannel events = (PanamaEventChannel) channel;
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
        int left = timeoutMillis;
        while (true) {
            if (!events.isOpen()) {
                throw new IOException("get connection event on a closed event channel");
            }
            RdmaCmEvent event = takeEvent(events);
            if (event != null || left == 0) {
                return event;
            }
            Descriptors.awaitReadable(events.getFd(), left);
            if (timeoutMillis > 0) {
                left = (int) Math.max(0, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime()));
            }
        }
    }

    private static RdmaCmEvent takeEvent(PanamaEventChannel events) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(JAVA_LONG);
            if (CmFunctions.getCmEvent(events.address, out) != 0) {
                if (Errno.last() == Errno.EAGAIN || Errno.last() == Errno.EINTR) {
                    return null;
                }
                throw new IOException("rdma_get_cm_event failed: " + Errno.describe(Errno.last()));
            }
            long address = out.get(JAVA_LONG, 0);
            try {
                return copy(events, ObjectStructs.at(address, ParameterStructs.CM_EVENT));
            } finally {
                CmFunctions.ackCmEvent(address);
            }
        }
    }

    private static RdmaCmEvent copy(PanamaEventChannel events, MemorySegment event) throws IOException {
        long id = event.get(JAVA_LONG, ObjectStructs.offset(ParameterStructs.CM_EVENT, "id"));
        long listener = event.get(JAVA_LONG, ObjectStructs.offset(ParameterStructs.CM_EVENT, "listen_id"));
        PanamaCmId known = events.id(id);
        if (known == null && isRequest(event)) {
            known = new PanamaCmId(events, id);
            events.add(known);
        }
        return new PanamaCmEvent(event, events.id(listener), known);
    }

    private static boolean isRequest(MemorySegment event) {
        return ParameterStructs.getInt(event, ParameterStructs.CM_EVENT, "event")
                == RdmaCmEvent.EventType.RDMA_CM_EVENT_CONNECT_REQUEST.ordinal();
    }

    @Override
    public void connect(RdmaCmId id, RdmaConnParam parameters) throws IOException {
        PanamaCmId of = open(id, "connect");
        try (Arena arena = Arena.ofConfined()) {
            check(CmFunctions.connect(of.address, write(parameters, arena)), "rdma_connect");
        }
    }

    @Override
    public void accept(RdmaCmId id, RdmaConnParam parameters) throws IOException {
        PanamaCmId of = open(id, "accept");
        try (Arena arena = Arena.ofConfined()) {
            check(CmFunctions.accept(of.address, write(parameters, arena)), "rdma_accept");
        }
    }

    private static MemorySegment write(RdmaConnParam from, Arena arena) {
        MemorySegment to = arena.allocate(ParameterStructs.CONN_PARAM);
        StructLayout layout = ParameterStructs.CONN_PARAM;
        byte[] data = ConnectParameters.privateData(from);
        boolean chosen = from instanceof ConnectParameters;
        ParameterStructs.setLong(to, layout, "private_data",
                data.length == 0 ? 0 : arena.allocateFrom(ValueLayout.JAVA_BYTE, data).address());
        ParameterStructs.setByte(to, layout, "private_data_len", data.length);
        ParameterStructs.setByte(to, layout, "responder_resources", chosen ? from.getResponder_resources() : DEVICE_MAXIMUM);
        ParameterStructs.setByte(to, layout, "initiator_depth", chosen ? from.getInitiator_depth() : DEVICE_MAXIMUM);
        ParameterStructs.setByte(to, layout, "flow_control", from.getFlow_control());
        ParameterStructs.setByte(to, layout, "retry_count", from.getRetry_count());
        ParameterStructs.setByte(to, layout, "rnr_retry_count", from.getRnr_retry_count());
        return to;
    }

    @Override
    public void reject(RdmaCmId id, byte[] privateData) throws IOException {
        PanamaCmId of = open(id, "reject");
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment data = privateData.length == 0 ? MemorySegment.NULL
                    : arena.allocateFrom(ValueLayout.JAVA_BYTE, privateData);
            check(CmFunctions.reject(of.address, data, privateData.length), "rdma_reject");
        }
    }

    @Override
    public void setAckTimeout(RdmaCmId id, int exponent) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocateFrom(ValueLayout.JAVA_BYTE, (byte) exponent);
            check(CmFunctions.setOption(open(id, "set an option").address, OPTION_ID, OPTION_ID_ACK_TIMEOUT, value),
                    "rdma_set_option RDMA_OPTION_ID_ACK_TIMEOUT");
        }
    }

    @Override
    public void setReuseAddress(RdmaCmId id) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocateFrom(ValueLayout.JAVA_INT, 1);
            check(CmFunctions.setOption(open(id, "set an option").address, OPTION_ID, OPTION_ID_REUSEADDR, value),
                    "rdma_set_option RDMA_OPTION_ID_REUSEADDR");
        }
    }

    /** The event was acknowledged when it was taken. */
    @Override
    public int ackCmEvent(RdmaCmEvent event) {
        return 0;
    }

    /** @return 0, or -1 when there was no connection to end */
    @Override
    public int disconnect(RdmaCmId id) throws IOException {
        return CmFunctions.disconnect(open(id, "disconnect").address);
    }

    @Override
    public int destroyEventChannel(RdmaEventChannel channel) throws IOException {
        PanamaEventChannel events = (PanamaEventChannel) channel;
        if (!events.isOpen()) {
            throw new IOException("the event channel is destroyed already");
        }
        events.close();
        CmFunctions.destroyEventChannel(events.address);
        return 0;
    }

    @Override
    public int destroyCmId(RdmaCmId id) throws IOException {
        PanamaCmId of = open(id, "destroy");
        of.close();
        of.channel().remove(of);
        return CmFunctions.destroyId(of.address);
    }

    @Override
    public int destroyQP(RdmaCmId id) throws IOException {
        PanamaCmId of = open(id, "destroy a queue pair");
        if (of.getQp() == null) {
            return -1;
        }
        if (!of.getQp().isOpen()) {
            throw new IOException("the queue pair is destroyed already");
        }
        of.getQp().close();
        CmFunctions.destroyQp(of.address);
        return 0;
    }

    /** Destroys the queue pair, if there is one, and the identifier. */
    @Override
    public int destroyEp(RdmaCmId id) throws IOException {
        PanamaCmId of = open(id, "destroy");
        if (of.getQp() != null) {
            of.getQp().close();
        }
        of.close();
        of.channel().remove(of);
        CmFunctions.destroyEp(of.address);
        return 0;
    }

    @Override
    public SocketAddress getSrcAddr(RdmaCmId id) throws IOException {
        return address(open(id, "tell the source address"), "route.addr.src_storage");
    }

    @Override
    public SocketAddress getDstAddr(RdmaCmId id) throws IOException {
        return address(open(id, "tell the destination address"), "route.addr.dst_storage");
    }

    private static SocketAddress address(PanamaCmId id, String field) throws IOException {
        long offset = ObjectStructs.offset(ObjectStructs.CM_ID, field);
        return SocketAddresses.read(ObjectStructs.at(id.address, ObjectStructs.CM_ID).asSlice(offset, 128));
    }

    private static PanamaCmId open(RdmaCmId id, String purpose) throws IOException {
        if (!id.isOpen()) {
            throw new IOException("cannot " + purpose + ": the connection identifier is closed");
        }
        return (PanamaCmId) id;
    }

    private static void check(int result, String what) throws IOException {
        if (result != 0) {
            throw new IOException(what + " failed: " + Errno.describe(Errno.last()));
        }
    }
}
