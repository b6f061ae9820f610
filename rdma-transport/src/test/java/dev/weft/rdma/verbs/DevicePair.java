package dev.weft.rdma.verbs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import com.ibm.disni.verbs.IbvCQ;
import com.ibm.disni.verbs.IbvCompChannel;
import com.ibm.disni.verbs.IbvContext;
import com.ibm.disni.verbs.IbvMr;
import com.ibm.disni.verbs.IbvPd;
import com.ibm.disni.verbs.IbvQP;
import com.ibm.disni.verbs.IbvQPInitAttr;
import com.ibm.disni.verbs.IbvRecvWR;
import com.ibm.disni.verbs.IbvSendWR;
import com.ibm.disni.verbs.IbvSge;
import com.ibm.disni.verbs.IbvWC;
import com.ibm.disni.verbs.RdmaCm;
import com.ibm.disni.verbs.RdmaCmEvent;
import com.ibm.disni.verbs.RdmaCmEvent.EventType;
import com.ibm.disni.verbs.RdmaCmId;
import com.ibm.disni.verbs.RdmaEventChannel;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedList;
import java.util.List;

/** Two queue pairs of one device, connected to each other, each with 64 KiB of memory that the other may read and write. */
final class DevicePair implements AutoCloseable {
    static final int MEMORY = 65_536;
    private static final int WAIT_MILLIS = 10_000;
    private static final int DEPTH = 32;
    private static final int ALL_ACCESS = IbvMr.IBV_ACCESS_LOCAL_WRITE | IbvMr.IBV_ACCESS_REMOTE_WRITE | IbvMr.IBV_ACCESS_REMOTE_READ;
    private static int nextPort = 18_515;

    /** One end. */
    static final class Side {
        final RdmaEventChannel events;
        final Arena arena = Arena.ofShared();
        final MemorySegment memory = arena.allocate(MEMORY, 4096);
        RdmaCmId id;
        IbvPd pd;
        IbvCompChannel channel;
        IbvCQ cq;
        IbvQP qp;
        IbvMr region;
        int inlineLimit;

        Side() throws IOException {
            events = RdmaEventChannel.createEventChannel();
        }

        void makeQueues(int access) throws IOException {
            IbvContext context = id.getVerbs();
            pd = context.allocPd();
            channel = context.createCompChannel();
            cq = context.createCQ(channel, 2 * DEPTH, 0);
            IbvQPInitAttr wish = new IbvQPInitAttr();
            wish.cap().setMax_send_wr(DEPTH);
            wish.cap().setMax_recv_wr(DEPTH);
            wish.cap().setMax_send_sge(3);
            wish.cap().setMax_recv_sge(3);
            wish.cap().setMax_inline_data(64);
            wish.setQp_type(IbvQP.IBV_QPT_RC);
            wish.setSend_cq(cq);
            wish.setRecv_cq(cq);
            qp = id.createQP(pd, wish);
            inlineLimit = wish.cap().getMax_inline_data();
            region = pd.regMr(memory.address(), MEMORY, access).execute().free().getMr();
        }

        RdmaCmEvent await(EventType type) throws IOException {
            RdmaCmEvent event = events.getCmEvent(WAIT_MILLIS);
            assertNotNull(event, "no " + type);
            assertEquals(type.ordinal(), event.getEvent(), event.toString());
            event.ackEvent();
            return event;
        }

        IbvSge element(int offset, int length) {
            IbvSge element = new IbvSge();
            element.setAddr(region.getAddr() + offset);
            element.setLength(length);
            element.setLkey(region.getLkey());
            return element;
        }

        IbvSendWR request(long id, int opcode, int flags, IbvSge... elements) {
            IbvSendWR request = new IbvSendWR();
            request.setWr_id(id);
            request.setOpcode(opcode);
            request.setSend_flags(flags);
            request.setSg_list(new LinkedList<>(List.of(elements)));
            return request;
        }

        void send(IbvSendWR... requests) throws IOException {
            qp.postSend(List.of(requests), null).execute().free();
        }

        void receive(long id, IbvSge... elements) throws IOException {
            IbvRecvWR request = new IbvRecvWR();
            request.setWr_id(id);
            request.setSg_list(new LinkedList<>(List.of(elements)));
            qp.postRecv(List.of(request), null).execute().free();
        }

        /** Waits for so many completions by the completion channel. */
        List<IbvWC> complete(int count) throws IOException {
            List<IbvWC> done = new ArrayList<>();
            while (done.size() < count) {
                cq.reqNotification(false).execute().free();
                IbvWC[] list = {new IbvWC()};
                while (done.size() < count && cq.poll(list, 1).execute().free().getPolls() == 1) {
                    done.add(list[0].clone());
                }
                if (done.size() < count) {
                    assertEquals(true, channel.getCqEvent(cq, WAIT_MILLIS), "no completion; so far " + done.size());
                    cq.ackEvents(1);
                }
            }
            return done;
        }

        void close() throws IOException {
            if (qp != null) {
                assertEquals(0, id.destroyQP());
                region.deregMr().execute().free();
                channel.destroyCompChannel();
                assertEquals(0, cq.destroyCQ());
                assertEquals(0, PanamaVerbs.install().openVerbs().deallocPd(pd));
            }
            if (id != null) {
                assertEquals(0, id.destroyId());
            }
            events.destroyEventChannel();
            arena.close();
        }
    }

    final Side client = new Side();
    final Side server = new Side();
    final RdmaCmId listener;
    final InetSocketAddress address;
    RdmaCmEvent requested;
    RdmaCmEvent established;

    /** Listens, resolves and asks; what the server answers is the test's. */
    DevicePair(InetAddress device, byte[] connectData) throws IOException {
        PanamaVerbs.install();
        address = new InetSocketAddress(device, nextPort++);
        listener = server.events.createId(RdmaCm.RDMA_PS_TCP);
        listener.bindAddr(address);
        listener.listen(4);
        client.id = client.events.createId(RdmaCm.RDMA_PS_TCP);
        client.id.resolveAddr(null, address, WAIT_MILLIS);
        client.await(EventType.RDMA_CM_EVENT_ADDR_RESOLVED);
        client.id.resolveRoute(WAIT_MILLIS);
        client.await(EventType.RDMA_CM_EVENT_ROUTE_RESOLVED);
        client.makeQueues(ALL_ACCESS);
        client.id.connect(parameters(connectData));
        requested = server.await(EventType.RDMA_CM_EVENT_CONNECT_REQUEST);
        server.id = requested.getConnIdPriv();
    }

    static DevicePair connected(InetAddress device) throws IOException {
        return connected(device, ALL_ACCESS);
    }

    /** @param serverAccess what the client may do to the server's memory */
    static DevicePair connected(InetAddress device, int serverAccess) throws IOException {
        DevicePair pair = new DevicePair(device, new byte[0]);
        pair.accept(new byte[0], serverAccess);
        return pair;
    }

    void accept(byte[] acceptData, int serverAccess) throws IOException {
        server.makeQueues(serverAccess);
        server.id.accept(parameters(acceptData));
        established = client.await(EventType.RDMA_CM_EVENT_ESTABLISHED);
        server.await(EventType.RDMA_CM_EVENT_ESTABLISHED);
    }

    static ConnectParameters parameters(byte[] privateData) {
        ConnectParameters parameters = new ConnectParameters();
        parameters.setRetry_count((byte) 3);
        parameters.setRnr_retry_count((byte) 0);
        parameters.setPrivateData(privateData);
        return parameters;
    }

    @Override
    public void close() throws IOException {
        client.close();
        listener.destroyId();
        server.close();
    }
}
