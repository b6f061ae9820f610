package dev.weft.rdma.verbs;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.ibm.disni.verbs.IbvRecvWR;
import com.ibm.disni.verbs.IbvSendWR;
import com.ibm.disni.verbs.IbvSge;
import com.ibm.disni.verbs.IbvWC;
import com.ibm.disni.verbs.SVCPollCq;
import com.ibm.disni.verbs.SVCPostSend;
import dev.weft.linux.Errno;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class VerbCallTest {
    private FakeDevice device;

    @BeforeEach
    void makeDevice() throws IOException {
        device = new FakeDevice();
    }

    @AfterEach
    void removeDevice() {
        device.close();
    }

    private static IbvSge element(long address, int length, int key) {
        IbvSge element = new IbvSge();
        element.setAddr(address);
        element.setLength(length);
        element.setLkey(key);
        return element;
    }

    private static IbvSendWR send(long id, int opcode, IbvSge... elements) {
        IbvSendWR request = new IbvSendWR();
        request.setWr_id(id);
        request.setOpcode(opcode);
        request.setSg_list(new LinkedList<>(List.of(elements)));
        return request;
    }

    @Test
    void shouldPostAListOfEveryOpcodeInOrder() throws IOException {
        IbvSendWR plain = send(1, IbvSendWR.IBV_WR_SEND, element(0x1000, 10, 7), element(0x2000, 20, 8), element(0x3000, 30, 9));
        plain.setSend_flags(IbvSendWR.IBV_SEND_SIGNALED | IbvSendWR.IBV_SEND_SOLICITED | IbvSendWR.IBV_SEND_FENCE);
        IbvSendWR immediate = send(2, IbvSendWR.IBV_WR_SEND_WITH_IMM);
        immediate.setImm_data(0xCAFE);
        immediate.setSend_flags(IbvSendWR.IBV_SEND_INLINE);
        IbvSendWR write = send(3, IbvSendWR.IBV_WR_RDMA_WRITE_WITH_IMM, element(0x4000, 40, 10));
        write.getRdma().setRemote_addr(0xABCDEF0123L);
        write.getRdma().setRkey(0x55);
        IbvSendWR swap = send(4, IbvSendWR.IBV_WR_ATOMIC_CMP_AND_SWP, element(0x5000, 8, 11));
        swap.getAtomic().setRemote_addr(0xBEEF00L);
        swap.getAtomic().setCompare_add(5);
        swap.getAtomic().setSwap(6);
        swap.getAtomic().setRkey(0x66);

        device.qp.postSend(List.of(plain, immediate, write, swap), null).execute();

        assertEquals(List.of(
                new FakeDevice.Posted(1, 2, 7, 0, 0, 0, 0, 0, List.of(new FakeDevice.Element(0x1000, 10, 7),
                        new FakeDevice.Element(0x2000, 20, 8), new FakeDevice.Element(0x3000, 30, 9))),
                new FakeDevice.Posted(2, 3, 8, 0xCAFE, 0, 0, 0, 0, List.of()),
                new FakeDevice.Posted(3, 1, 0, 0, 0xABCDEF0123L, 0x55, 0, 0, List.of(new FakeDevice.Element(0x4000, 40, 10))),
                new FakeDevice.Posted(4, 5, 0, 0, 0xBEEF00L, 5, 6, 0x66, List.of(new FakeDevice.Element(0x5000, 8, 11)))),
                device.sent);
    }

    @Test
    void shouldSendFieldsAsTheyWereChangedInPlace() throws IOException {
        SVCPostSend call = device.qp.postSend(List.of(send(1, IbvSendWR.IBV_WR_RDMA_READ, element(1, 2, 3))), null);
        SVCPostSend.SendWRMod request = call.getWrMod(0);
        request.setWr_id(99);
        request.setSend_flags(IbvSendWR.IBV_SEND_SIGNALED);
        request.getSgeMod(0).setAddr(0x77);
        request.getSgeMod(0).setLength(64);
        request.getSgeMod(0).setLkey(5);
        request.getRdmaMod().setRemote_addr(0x88);
        request.getRdmaMod().setRkey(6);
        call.execute();
        assertEquals(List.of(new FakeDevice.Posted(99, 4, 2, 0, 0x88, 6, 0, 0, List.of(new FakeDevice.Element(0x77, 64, 5)))),
                device.sent);
        assertEquals(99, request.getWr_id());
        assertEquals(1, request.getNum_sge());
        assertEquals(IbvSendWR.IBV_WR_RDMA_READ, request.getOpcode());
    }

    @Test
    void shouldPostTheFirstFewRequestsAndAllOfThemAgain() {
        BatchPostSend call = new PanamaPostSend(device.qp,
                List.of(send(1, 2), send(2, 2), send(3, 2), send(4, 2)), null);
        for (int count : new int[] {2, 1, 4, 3}) {
            device.sent.clear();
            assertEquals(0, call.post(count));
            assertEquals(count, call.posted());
            assertEquals(List.of(1L, 2L, 3L, 4L).subList(0, count), device.sent.stream().map(FakeDevice.Posted::id).toList());
        }
        assertEquals(Errno.EINVAL, call.post(5));
        assertEquals(Errno.EINVAL, call.post(0));
    }

    @Test
    void shouldSayWhichRequestsAFullQueueRefused() throws IOException {
        device.room = 2;
        device.fullError = -12;
        List<IbvSendWR> refused = new ArrayList<>();
        List<IbvSendWR> requests = List.of(send(1, 2), send(2, 2), send(3, 2));
        SVCPostSend call = device.qp.postSend(requests, refused);
        IOException full = assertThrows(IOException.class, call::execute);
        assertEquals("post send on queue pair 4711 took 2 of 3 work requests: Cannot allocate memory (errno 12)", full.getMessage());
        assertEquals(requests.subList(2, 3), refused);
    }

    @Test
    void shouldPostReceivesWithBuffersChangedInPlace() throws IOException {
        IbvRecvWR one = new IbvRecvWR();
        one.setWr_id(5);
        one.setSg_list(new LinkedList<>(List.of(element(1, 2, 3), element(4, 5, 6))));
        IbvRecvWR empty = new IbvRecvWR();
        empty.setWr_id(6);
        BatchPostRecv call = new PanamaPostRecv(device.qp, List.of(one, empty), null);
        call.execute();
        call.getWrMod(0).setWr_id(7);
        call.getWrMod(0).getSgeMod(1).setAddr(40);
        assertEquals(0, call.post(1));
        assertEquals(List.of(5L, 6L, 7L), device.received.stream().map(FakeDevice.Posted::id).toList());
        assertEquals(List.of(new FakeDevice.Element(1, 2, 3), new FakeDevice.Element(40, 5, 6)), device.received.get(2).elements());
        assertEquals(List.of(), device.received.get(1).elements());
    }

    @Test
    void shouldReadACompletionWhole() throws IOException {
        device.completions.add(wc -> {
            wc.set(JAVA_LONG, 0, 77);
            wc.set(JAVA_INT, 12, 128);
            wc.set(JAVA_INT, 20, 1500);
            wc.set(JAVA_INT, 24, 0xAB);
            wc.set(JAVA_INT, 28, 12);
            wc.set(JAVA_INT, 36, 2);
        });
        IbvWC[] list = {new IbvWC(), new IbvWC()};
        SVCPollCq poll = device.cq.poll(list, 2);
        assertEquals(1, poll.execute().getPolls());
        assertEquals(77, list[0].getWr_id());
        assertEquals(128, list[0].getOpcode());
        assertEquals(1500, list[0].getByte_len());
        assertEquals(0xAB, list[0].getImm_data());
        assertEquals(12, list[0].getQp_num());
        assertEquals(2, list[0].getWc_flags());
        assertEquals(0, poll.execute().getPolls());
    }

    @Test
    void shouldGiveAnErrorCompletionItsOwnQueuePairNumber() throws IOException {
        device.completions.add(wc -> {
            wc.set(JAVA_INT, 20, 1500);
            wc.set(JAVA_INT, 28, 12);
            wc.set(JAVA_INT, 36, 2);
        });
        device.completions.add(wc -> {
            wc.set(JAVA_LONG, 0, 9);
            wc.set(JAVA_INT, 8, IbvWC.IbvWcStatus.IBV_WC_RETRY_EXC_ERR.ordinal());
            wc.set(JAVA_INT, 16, 129);
            wc.set(JAVA_INT, 28, 34);
        });
        IbvWC[] list = {new IbvWC()};
        SVCPollCq poll = device.cq.poll(list, 1);
        poll.execute();
        assertEquals(12, list[0].getQp_num());
        poll.execute();
        assertEquals(12, list[0].getStatus());
        assertEquals(34, list[0].getQp_num(), "the queue pair of the error, not of the completion before");
        assertEquals(129, list[0].getVendor_err());
        assertEquals(0, list[0].getByte_len());
        assertEquals(0, list[0].getWc_flags());
    }

    @Test
    void shouldAskForNotificationsOfAllOrOfSolicitedCompletions() throws IOException {
        device.cq.reqNotification(false).execute().free();
        device.cq.reqNotification(true).execute().free();
        assertEquals(List.of(0, 1), device.notifications);
    }

    @Test
    void shouldRefuseFreedCallsAndClosedObjects() throws IOException {
        SVCPostSend call = device.qp.postSend(List.of(send(1, 2)), null);
        assertTrue(call.isValid());
        assertFalse(call.free().isValid());
        assertThrows(IOException.class, call::execute);
        call.free();
        SVCPollCq poll = device.cq.poll(new IbvWC[] {new IbvWC()}, 1);
        device.cq.close();
        assertThrows(IOException.class, poll::execute);
        SVCPostSend late = device.qp.postSend(List.of(send(1, 2)), null);
        device.qp.close();
        assertThrows(IOException.class, late::execute);
        assertEquals(List.of(), device.sent);
    }

    @Test
    void shouldRefuseAnEmptyList() {
        assertThrows(IOException.class, () -> device.qp.postSend(List.of(), null));
        assertThrows(IOException.class, () -> device.qp.postRecv(List.of(), null));
    }
}
