package dev.weft.rdma.verbs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.ibm.disni.verbs.IbvMr;
import com.ibm.disni.verbs.IbvQP;
import com.ibm.disni.verbs.IbvSendWR;
import com.ibm.disni.verbs.IbvWC;
import com.ibm.disni.verbs.IbvWC.IbvWcStatus;
import com.ibm.disni.verbs.RdmaCmEvent;
import com.ibm.disni.verbs.RdmaCmEvent.EventType;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the provider does on a real kernel device: run by lab/rdma-vm on siw and on rxe. */
@OnDevice
class VerbsDeviceTest {
    private static final int SIGNALED = IbvSendWR.IBV_SEND_SIGNALED;
    private InetAddress device;

    @BeforeEach
    void findDevice() throws IOException {
        String address = System.getProperty(OnDevice.ADDRESS);
        assertNotNull(address, "name the device's address with -D" + OnDevice.ADDRESS);
        device = InetAddress.getByName(address);
        PanamaVerbs.install();
        assertNull(PanamaProvider.problem());
    }

    private static void assertAll(IbvWcStatus status, List<IbvWC> completions) {
        for (IbvWC each : completions) {
            assertEquals(status, IbvWcStatus.valueOf(each.getStatus()), "of wr_id " + each.getWr_id());
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static void put(DevicePair.Side side, int offset, String text) {
        side.memory.asSlice(offset).copyFrom(java.lang.foreign.MemorySegment.ofArray(bytes(text)));
    }

    private static String get(DevicePair.Side side, int offset, int length) {
        return new String(side.memory.asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
    }

    private boolean iwarp(DevicePair pair) throws IOException {
        return PanamaVerbs.install().openVerbs().device(pair.client.id.getVerbs()).kind() == RdmaDevice.Kind.IWARP;
    }

    @Test
    void shouldDescribeTheDevice() throws Exception {
        PanamaVerbs verbs = PanamaVerbs.install().openVerbs();
        try (DevicePair pair = DevicePair.connected(device)) {
            RdmaDevice found = verbs.device(pair.client.id.getVerbs());
            assertTrue(verbs.devices().contains(found), found.toString());
            assertFalse(found.kind() == RdmaDevice.Kind.UNKNOWN, found.toString());
            DeviceAttributes attributes = verbs.queryDevice(pair.client.id.getVerbs());
            assertTrue(attributes.maxWorkRequests() >= 256 && attributes.maxElements() >= 3 && attributes.ports() == 1,
                    attributes.toString());
            PortAttributes port = verbs.queryPort(pair.client.id.getVerbs(), 1);
            assertTrue(port.active() && port.ethernet() && port.activeMtuBytes() >= 256 && port.gids() > 0, port.toString());
            assertEquals(16, verbs.queryGid(pair.client.id.getVerbs(), 1, 0).length);
            int state = verbs.queryState(pair.client.qp);
            // siw of Linux 6.1 leaves the state out of its answer.
            assertTrue(state == IbvQP.IBV_QPS_RTS || iwarp(pair) && state == IbvQP.IBV_QPS_RESET, "state " + state);
            assertNull(verbs.takeAsyncEvent(pair.client.id.getVerbs()));
        }
    }

    @Test
    void shouldCarryPrivateDataBothWays() throws Exception {
        byte[] hello = bytes("token-of-forty-eight-bytes-in-the-connect-request");
        try (DevicePair pair = new DevicePair(device, hello)) {
            byte[] asked = ConnectParameters.privateData(pair.requested.getConn());
            // InfiniBand's CM pads to its full field.
            assertArrayEquals(hello, java.util.Arrays.copyOf(asked, hello.length));
            pair.accept(bytes("welcome"), IbvMr.IBV_ACCESS_LOCAL_WRITE);
            byte[] answered = ConnectParameters.privateData(pair.established.getConn());
            assertArrayEquals(bytes("welcome"), java.util.Arrays.copyOf(answered, 7));
            assertEquals(pair.address, pair.client.id.getDestination());
            assertEquals(pair.address, pair.server.id.getSource());
            assertEquals(pair.client.id.getSource(), pair.server.id.getDestination());
        }
    }

    @Test
    void shouldConnectOverIpv6() throws Exception {
        String address = System.getProperty(OnDevice.ADDRESS6);
        assertNotNull(address, "name the device's IPv6 address with -D" + OnDevice.ADDRESS6);
        try (DevicePair pair = DevicePair.connected(InetAddress.getByName(address))) {
            assertEquals(pair.address, pair.client.id.getDestination());
            pair.server.receive(1, pair.server.element(0, 64));
            put(pair.client, 0, "six");
            pair.client.send(pair.client.request(1, IbvSendWR.IBV_WR_SEND, SIGNALED, pair.client.element(0, 3)));
            assertAll(IbvWcStatus.IBV_WC_SUCCESS, pair.client.complete(1));
            assertAll(IbvWcStatus.IBV_WC_SUCCESS, pair.server.complete(1));
            assertEquals("six", get(pair.server, 0, 3));
        }
    }

    @Test
    void shouldRefuseAConnection() throws Exception {
        try (DevicePair pair = new DevicePair(device, bytes("let me in"))) {
            PanamaVerbs.install().openCm().reject(pair.server.id, bytes("no"));
            RdmaCmEvent refused = pair.client.await(EventType.RDMA_CM_EVENT_REJECTED);
            assertTrue(refused.getStatus() != 0, refused.toString());
            if (!iwarp(pair)) {
                assertArrayEquals(bytes("no"), java.util.Arrays.copyOf(ConnectParameters.privateData(refused.getConn()), 2));
            }
        }
    }

    @Test
    void shouldSendAListWithSeveralElementsInlineAndFenced() throws Exception {
        try (DevicePair pair = DevicePair.connected(device)) {
            pair.server.receive(101, pair.server.element(0, 4), pair.server.element(100, 96));
            pair.server.receive(102, pair.server.element(200, 100));
            pair.server.receive(103, pair.server.element(300, 100));
            put(pair.client, 0, "gathered");
            put(pair.client, 100, " from ");
            put(pair.client, 200, "three");
            put(pair.client, 300, "inline");
            put(pair.client, 400, "fenced");
            assertTrue(pair.client.inlineLimit >= 64, "inline limit " + pair.client.inlineLimit);
            IbvSendWR inline = pair.client.request(2, IbvSendWR.IBV_WR_SEND, IbvSendWR.IBV_SEND_INLINE, pair.client.element(300, 6));
            pair.client.send(
                    pair.client.request(1, IbvSendWR.IBV_WR_SEND, SIGNALED, pair.client.element(0, 8), pair.client.element(100, 6),
                            pair.client.element(200, 5)),
                    inline,
                    pair.client.request(3, IbvSendWR.IBV_WR_SEND, SIGNALED | IbvSendWR.IBV_SEND_FENCE, pair.client.element(400, 6)));
            put(pair.client, 300, "later!");
            List<IbvWC> sent = pair.client.complete(2);
            assertAll(IbvWcStatus.IBV_WC_SUCCESS, sent);
            assertEquals(List.of(1L, 3L), sent.stream().map(IbvWC::getWr_id).toList());
            List<IbvWC> received = pair.server.complete(3);
            assertAll(IbvWcStatus.IBV_WC_SUCCESS, received);
            assertEquals(List.of(101L, 102L, 103L), received.stream().map(IbvWC::getWr_id).toList());
            assertEquals(List.of(19, 6, 6), received.stream().map(IbvWC::getByte_len).toList());
            assertEquals(pair.server.qp.getQp_num(), received.getFirst().getQp_num());
            assertEquals("gath" + "ered from three", get(pair.server, 0, 4) + get(pair.server, 100, 15));
            assertEquals("inline", get(pair.server, 200, 6), "inline data is copied when posted");
            assertEquals("fenced", get(pair.server, 300, 6));
        }
    }

    @Test
    void shouldReadAndWriteTheOthersMemory() throws Exception {
        try (DevicePair pair = DevicePair.connected(device)) {
            put(pair.server, 1000, "what the server has");
            put(pair.client, 0, "what the client writes");
            IbvSendWR read = remote(pair, pair.client.request(1, IbvSendWR.IBV_WR_RDMA_READ, SIGNALED, pair.client.element(500, 19)), 1000);
            pair.client.send(read);
            assertAll(IbvWcStatus.IBV_WC_SUCCESS, pair.client.complete(1));
            assertEquals("what the server has", get(pair.client, 500, 19));
            pair.client.send(remote(pair, pair.client.request(2, IbvSendWR.IBV_WR_RDMA_WRITE, 0, pair.client.element(0, 22)), 2000),
                    remote(pair, pair.client.request(3, IbvSendWR.IBV_WR_RDMA_READ, SIGNALED, pair.client.element(600, 22)), 2000));
            assertAll(IbvWcStatus.IBV_WC_SUCCESS, pair.client.complete(1));
            assertEquals("what the client writes", get(pair.server, 2000, 22));
            assertEquals("what the client writes", get(pair.client, 600, 22));
        }
    }

    private static IbvSendWR remote(DevicePair pair, IbvSendWR request, int offset) {
        request.getRdma().setRemote_addr(pair.server.region.getAddr() + offset);
        request.getRdma().setRkey(pair.server.region.getRkey());
        return request;
    }

    @Test
    void shouldCarryImmediatesAndAtomicsWhereTheDeviceHasThem() throws Exception {
        try (DevicePair pair = DevicePair.connected(device, IbvMr.IBV_ACCESS_LOCAL_WRITE | IbvMr.IBV_ACCESS_REMOTE_WRITE
                | IbvMr.IBV_ACCESS_REMOTE_READ | (iwarpDevice() ? 0 : IbvMr.IBV_ACCESS_REMOTE_ATOMIC))) {
            IbvSendWR send = pair.client.request(1, IbvSendWR.IBV_WR_SEND_WITH_IMM, SIGNALED, pair.client.element(0, 8));
            send.setImm_data(0x01020304);
            if (iwarp(pair)) {
                assertThrows(IOException.class, () -> pair.client.send(send));
                return;
            }
            pair.server.receive(7, pair.server.element(0, 64));
            pair.server.receive(8, pair.server.element(0, 64));
            IbvSendWR write = remote(pair,
                    pair.client.request(2, IbvSendWR.IBV_WR_RDMA_WRITE_WITH_IMM, SIGNALED, pair.client.element(0, 8)), 800);
            write.setImm_data(0x05060708);
            pair.client.send(send, write);
            assertAll(IbvWcStatus.IBV_WC_SUCCESS, pair.client.complete(2));
            List<IbvWC> got = pair.server.complete(2);
            assertEquals(List.of(0x01020304, 0x05060708), got.stream().map(IbvWC::getImm_data).toList());
            assertEquals(IbvWC.IbvWcOpcode.IBV_WC_RECV_RDMA_WITH_IMM.getOpcode(), got.get(1).getOpcode());
            checkAtomics(pair);
        }
    }

    private boolean iwarpDevice() throws Exception {
        try (DevicePair pair = DevicePair.connected(device)) {
            return iwarp(pair);
        }
    }

    private void checkAtomics(DevicePair pair) throws IOException {
        assertTrue(PanamaVerbs.install().openVerbs().queryDevice(pair.client.id.getVerbs()).atomics());
        pair.server.memory.set(ValueLayout.JAVA_LONG, 4096, 41);
        IbvSendWR add = pair.client.request(3, IbvSendWR.IBV_WR_ATOMIC_FETCH_AND_ADD, SIGNALED, pair.client.element(0, 8));
        add.getAtomic().setRemote_addr(pair.server.region.getAddr() + 4096);
        add.getAtomic().setRkey(pair.server.region.getRkey());
        add.getAtomic().setCompare_add(1);
        IbvSendWR swap = pair.client.request(4, IbvSendWR.IBV_WR_ATOMIC_CMP_AND_SWP, SIGNALED, pair.client.element(8, 8));
        swap.getAtomic().setRemote_addr(pair.server.region.getAddr() + 4096);
        swap.getAtomic().setRkey(pair.server.region.getRkey());
        swap.getAtomic().setCompare_add(42);
        swap.getAtomic().setSwap(99);
        pair.client.send(add, swap);
        assertAll(IbvWcStatus.IBV_WC_SUCCESS, pair.client.complete(2));
        assertEquals(41, pair.client.memory.get(ValueLayout.JAVA_LONG, 0));
        assertEquals(42, pair.client.memory.get(ValueLayout.JAVA_LONG, 8));
        assertEquals(99, pair.server.memory.get(ValueLayout.JAVA_LONG, 4096));
    }

    @Test
    void shouldEndTheQueuePairOfAPeerThatWritesWhereItMayNot() throws Exception {
        try (DevicePair other = DevicePair.connected(device);
                DevicePair pair = DevicePair.connected(device, IbvMr.IBV_ACCESS_LOCAL_WRITE)) {
            put(pair.server, 2000, "untouched");
            pair.client.send(remote(pair, pair.client.request(5, IbvSendWR.IBV_WR_RDMA_WRITE, SIGNALED, pair.client.element(0, 9)), 2000),
                    pair.client.request(6, IbvSendWR.IBV_WR_SEND, SIGNALED, pair.client.element(0, 9)));
            if (iwarp(pair)) {
                // A write is complete for iWARP when TCP took it; the peer then ends the connection (RFC 5040, section 8.2).
                pair.client.await(EventType.RDMA_CM_EVENT_DISCONNECTED);
            } else {
                List<IbvWC> failed = pair.client.complete(2);
                assertEquals(List.of(5L, 6L), failed.stream().map(IbvWC::getWr_id).toList());
                assertEquals(IbvWcStatus.IBV_WC_REM_ACCESS_ERR.ordinal(), failed.get(0).getStatus());
                assertEquals(IbvWcStatus.IBV_WC_WR_FLUSH_ERR.ordinal(), failed.get(1).getStatus());
                for (IbvWC each : failed) {
                    assertEquals(pair.client.qp.getQp_num(), each.getQp_num(), "its own queue pair, not " + other.client.qp.getQp_num());
                }
            }
            assertEquals("untouched", get(pair.server, 2000, 9));
        }
    }

    @Test
    void shouldFlushReceivesAndTellBothSidesOfADisconnect() throws Exception {
        try (DevicePair pair = DevicePair.connected(device)) {
            pair.server.receive(11, pair.server.element(0, 10));
            assertEquals(0, pair.client.id.disconnect());
            pair.server.await(EventType.RDMA_CM_EVENT_DISCONNECTED);
            pair.server.id.disconnect();
            IbvWC flushed = pair.server.complete(1).getFirst();
            assertEquals(11, flushed.getWr_id());
            assertEquals(IbvWcStatus.IBV_WC_WR_FLUSH_ERR.ordinal(), flushed.getStatus());
            assertEquals(pair.server.qp.getQp_num(), flushed.getQp_num());
            pair.client.await(EventType.RDMA_CM_EVENT_DISCONNECTED);
        }
    }

    @Test
    void shouldFlushWhatIsPostedToAFailedQueuePair() throws Exception {
        try (DevicePair pair = DevicePair.connected(device)) {
            pair.client.receive(12, pair.client.element(0, 10));
            PanamaVerbs.install().openVerbs().fail(pair.client.qp);
            IbvWC flushed = pair.client.complete(1).getFirst();
            assertEquals(IbvWcStatus.IBV_WC_WR_FLUSH_ERR.ordinal(), flushed.getStatus());
        }
    }

    @Test
    void shouldLookWithoutWaiting() throws Exception {
        try (DevicePair pair = DevicePair.connected(device)) {
            assertNull(pair.client.events.getCmEvent(0));
            assertNull(pair.client.events.getCmEvent(20));
            assertFalse(pair.client.channel.getCqEvent(pair.client.cq, 0));
            assertFalse(pair.client.channel.getCqEvent(pair.client.cq, 20));
        }
    }

    @Test
    void shouldSurviveWrongAcknowledgementsAndDisnisOrderOfDestruction() throws Exception {
        try (DevicePair pair = DevicePair.connected(device)) {
            pair.server.receive(1, pair.server.element(0, 64));
            pair.client.send(pair.client.request(1, IbvSendWR.IBV_WR_SEND, SIGNALED, pair.client.element(0, 8)));
            pair.client.complete(1);
            pair.client.cq.ackEvents(1000);
            pair.client.cq.ackEvents(-5);
            pair.server.complete(1);
        }
    }

    @Test
    void shouldRefuseMemoryThatIsNotThere() throws Exception {
        try (DevicePair pair = DevicePair.connected(device)) {
            IOException refused = assertThrows(IOException.class,
                    () -> pair.client.pd.regMr(4096, 4096, IbvMr.IBV_ACCESS_LOCAL_WRITE).execute());
            assertTrue(refused.getMessage().startsWith("registration of 4096 bytes failed: "), refused.getMessage());
        }
    }
}
