package dev.weft.rdma.verbs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.ibm.disni.RdmaActiveEndpoint;
import com.ibm.disni.RdmaActiveEndpointGroup;
import com.ibm.disni.RdmaEndpoint;
import com.ibm.disni.RdmaEndpointGroup;
import com.ibm.disni.RdmaPassiveEndpointGroup;
import com.ibm.disni.RdmaServerEndpoint;
import com.ibm.disni.verbs.IbvMr;
import com.ibm.disni.verbs.IbvRecvWR;
import com.ibm.disni.verbs.IbvSendWR;
import com.ibm.disni.verbs.IbvSge;
import com.ibm.disni.verbs.IbvWC;
import com.ibm.disni.verbs.RdmaCmId;
import com.ibm.disni.verbs.SVCPollCq;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.LinkedList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** DiSNI's active and passive endpoint groups, used as DiSNI's own programs use them. */
@OnDevice
@Timeout(60)
class EndpointGroupsDeviceTest {
    private static final int GROUP_TIMEOUT_MILLIS = 1000;
    private InetSocketAddress address;

    @BeforeEach
    void findDevice() throws IOException {
        assertNotNull(System.getProperty(OnDevice.ADDRESS), "name the device's address with -D" + OnDevice.ADDRESS);
        PanamaVerbs.install();
    }

    /** A buffer registered by the endpoint, and the requests that send from it and receive into it. */
    private static final class Buffer {
        final ByteBuffer bytes = ByteBuffer.allocateDirect(64);
        final IbvMr region;

        Buffer(RdmaEndpoint endpoint) throws IOException {
            region = endpoint.registerMemory(bytes).execute().free().getMr();
        }

        private LinkedList<IbvSge> elements() {
            IbvSge element = new IbvSge();
            element.setAddr(region.getAddr());
            element.setLength(region.getLength());
            element.setLkey(region.getLkey());
            return new LinkedList<>(List.of(element));
        }

        List<IbvSendWR> send(long id) {
            IbvSendWR request = new IbvSendWR();
            request.setWr_id(id);
            request.setOpcode(IbvSendWR.IBV_WR_SEND);
            request.setSend_flags(IbvSendWR.IBV_SEND_SIGNALED);
            request.setSg_list(elements());
            return List.of(request);
        }

        List<IbvRecvWR> receive(long id) {
            IbvRecvWR request = new IbvRecvWR();
            request.setWr_id(id);
            request.setSg_list(elements());
            return List.of(request);
        }
    }

    private static final class Active extends RdmaActiveEndpoint {
        final BlockingQueue<IbvWC> completions = new ArrayBlockingQueue<>(16);
        Buffer out;
        Buffer in;

        Active(RdmaActiveEndpointGroup<Active> group, RdmaCmId id, boolean serverSide) throws IOException {
            super(group, id, serverSide);
        }

        @Override
        protected synchronized void init() throws IOException {
            super.init();
            out = new Buffer(this);
            in = new Buffer(this);
            postRecv(in.receive(1)).execute().free();
        }

        @Override
        public void dispatchCqEvent(IbvWC completion) {
            completions.add(completion.clone());
        }

        IbvWC next() throws InterruptedException {
            IbvWC completion = completions.poll(20, TimeUnit.SECONDS);
            assertNotNull(completion, "no completion");
            assertEquals(0, completion.getStatus());
            return completion;
        }
    }

    private static final class Passive extends RdmaEndpoint {
        final IbvWC[] list = {new IbvWC()};
        Buffer out;
        Buffer in;
        SVCPollCq poll;

        Passive(RdmaEndpointGroup<Passive> group, RdmaCmId id, boolean serverSide) throws IOException {
            super(group, id, serverSide);
        }

        @Override
        protected synchronized void init() throws IOException {
            super.init();
            out = new Buffer(this);
            in = new Buffer(this);
            poll = getCqProvider().getCQ().poll(list, 1);
            postRecv(in.receive(1)).execute().free();
        }

        IbvWC next() throws IOException {
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            while (poll.execute().getPolls() == 0) {
                assertTrue(System.nanoTime() < deadline, "no completion");
                Thread.onSpinWait();
            }
            assertEquals(0, list[0].getStatus());
            return list[0];
        }
    }

    private <E extends RdmaEndpoint> CompletableFuture<E> accept(RdmaEndpointGroup<E> group, int port) throws Exception {
        address = new InetSocketAddress(System.getProperty(OnDevice.ADDRESS), port);
        RdmaServerEndpoint<E> server = group.createServerEndpoint();
        server.bind(address, 4);
        CompletableFuture<E> accepted = new CompletableFuture<>();
        Thread.ofPlatform().daemon().start(() -> {
            try {
                accepted.complete(server.accept());
            } catch (IOException e) {
                accepted.completeExceptionally(e);
            }
        });
        return accepted;
    }

    @Test
    void shouldExchangeMessagesInActiveGroups() throws Exception {
        RdmaActiveEndpointGroup<Active> group = new RdmaActiveEndpointGroup<>(GROUP_TIMEOUT_MILLIS, false, 16, 4, 32);
        group.init((id, serverSide) -> new Active(group, id, serverSide));
        CompletableFuture<Active> accepted = accept(group, 18_601);
        Active client = group.createEndpoint();
        client.connect(address, GROUP_TIMEOUT_MILLIS);
        Active server = accepted.get(20, TimeUnit.SECONDS);
        client.out.bytes.putLong(0, 4711);
        client.postSend(client.out.send(2)).execute().free();
        assertEquals(2, client.next().getWr_id());
        assertEquals(1, server.next().getWr_id());
        server.out.bytes.putLong(0, server.in.bytes.getLong(0) + 1);
        server.postSend(server.out.send(3)).execute().free();
        assertEquals(3, server.next().getWr_id());
        assertEquals(1, client.next().getWr_id());
        assertEquals(4712, client.in.bytes.getLong(0));
        client.close();
        server.close();
        group.close();
    }

    @Test
    void shouldExchangeMessagesInPassiveGroups() throws Exception {
        RdmaPassiveEndpointGroup<Passive> group = new RdmaPassiveEndpointGroup<>(100, 16, 4, 32);
        group.init((id, serverSide) -> new Passive(group, id, serverSide));
        CompletableFuture<Passive> accepted = accept(group, 18_602);
        Passive client = group.createEndpoint();
        client.connect(address, GROUP_TIMEOUT_MILLIS);
        Passive server = accepted.get(20, TimeUnit.SECONDS);
        client.out.bytes.putLong(0, 17);
        client.postSend(client.out.send(2)).execute().free();
        assertEquals(2, client.next().getWr_id());
        assertEquals(1, server.next().getWr_id());
        assertEquals(17, server.in.bytes.getLong(0));
        client.close();
        server.close();
        group.close();
    }
}
