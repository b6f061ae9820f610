package dev.weft.perf.verbs;

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
import com.ibm.disni.verbs.RdmaCmId;
import com.ibm.disni.verbs.SVCPollCq;
import com.ibm.disni.verbs.SVCReqNotify;
import dev.weft.agent.Rollback;
import dev.weft.linux.Errno;
import dev.weft.rdma.verbs.BatchPostRecv;
import dev.weft.rdma.verbs.BatchPostSend;
import dev.weft.rdma.verbs.ExtendedCm;
import dev.weft.rdma.verbs.ExtendedVerbs;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.LinkedList;
import java.util.List;

/** A queue pair with its memory and the verb calls that are executed again and again. */
final class VerbsQueues {
    static final int POLL_BATCH = 32;
    private static final int[] INLINE_WISHES = {128, 64, 0};

    final VerbsMemory memory;
    final IbvMr region;
    final int sendDepth;
    final int inlineBytes;
    /** A header, with the message in it or not. */
    final BatchPostSend notice;
    /** A write and the notice of it. */
    final BatchPostSend write;
    final BatchPostSend read;
    final BatchPostRecv receive;
    final SVCPollCq poll;
    final SVCReqNotify arm;
    final IbvWC[] completions = new IbvWC[POLL_BATCH];
    private final ExtendedVerbs verbs;
    private final ExtendedCm cm;
    private final RdmaCmId id;
    private final IbvPd domain;
    private final IbvCompChannel channel;
    private final IbvCQ queue;
    private final Arena arena;

    private VerbsQueues(ExtendedVerbs verbs, ExtendedCm cm, RdmaCmId id, Operation operation, int messageBytes, Rollback rollback)
            throws IOException {
        this.verbs = verbs;
        this.cm = cm;
        this.id = id;
        IbvContext context = id.getVerbs();
        arena = Arena.ofShared();
        rollback.push("memory", arena::close);
        memory = new VerbsMemory(arena, operation, messageBytes);
        domain = verbs.allocPd(context);
        rollback.push("protection domain", () -> verbs.deallocPd(domain));
        region = verbs.register(domain, memory.base, memory.bytes, operation.access);
        rollback.push("region", () -> verbs.deregMr(region).execute().free());
        channel = verbs.createCompChannel(context);
        rollback.push("completion channel", () -> verbs.destroyCompChannel(channel));
        sendDepth = 4 * memory.slots + 8;
        queue = verbs.createCQ(context, channel, sendDepth + memory.receives + 1, 0);
        rollback.push("completion queue", () -> verbs.destroyCQ(queue));
        inlineBytes = createPair();
        rollback.push("queue pair", () -> cm.destroyQP(id));
        IbvQP pair = id.getQp();
        notice = verbs.postSend(pair, List.of(request(IbvSendWR.IBV_WR_SEND)), null);
        write = verbs.postSend(pair, List.of(request(IbvSendWR.IBV_WR_RDMA_WRITE), request(IbvSendWR.IBV_WR_SEND)), null);
        read = verbs.postSend(pair, List.of(request(IbvSendWR.IBV_WR_RDMA_READ)), null);
        IbvRecvWR slot = new IbvRecvWR();
        slot.setSg_list(new LinkedList<>(List.of(element())));
        receive = verbs.postRecv(pair, List.of(slot), null);
        for (int i = 0; i < POLL_BATCH; i++) {
            completions[i] = new IbvWC();
        }
        poll = verbs.pollCQ(queue, completions, POLL_BATCH);
        arm = verbs.reqNotifyCQ(queue, false);
        for (int i = 0; i < memory.receives; i++) {
            int error = postReceive(i);
            if (error != 0) {
                throw new IOException("receive slots cannot be posted: " + Errno.describe(error));
            }
        }
    }

    /** @throws IOException naming what the device or the system refused; nothing is left behind */
    static VerbsQueues make(ExtendedVerbs verbs, ExtendedCm cm, RdmaCmId id, Operation operation, int messageBytes) throws IOException {
        try (Rollback rollback = new Rollback("RDMA resources of a stream")) {
            VerbsQueues made = new VerbsQueues(verbs, cm, id, operation, messageBytes, rollback);
            rollback.commit();
            return made;
        }
    }

    /** Devices refuse an inline limit they do not have instead of lowering it. @return the limit */
    private int createPair() throws IOException {
        IOException refused = null;
        for (int wish : INLINE_WISHES) {
            IbvQPInitAttr attributes = new IbvQPInitAttr();
            attributes.setQp_type(IbvQP.IBV_QPT_RC);
            attributes.setSend_cq(queue);
            attributes.setRecv_cq(queue);
            attributes.cap().setMax_send_wr(sendDepth);
            attributes.cap().setMax_recv_wr(memory.receives);
            attributes.cap().setMax_send_sge(1);
            attributes.cap().setMax_recv_sge(1);
            attributes.cap().setMax_inline_data(wish);
            try {
                cm.createQP(id, domain, attributes);
                return wish;
            } catch (IOException e) {
                refused = e;
            }
        }
        throw refused;
    }

    private IbvSge element() {
        IbvSge element = new IbvSge();
        element.setLkey(region.getLkey());
        return element;
    }

    private IbvSendWR request(int opcode) {
        IbvSendWR request = new IbvSendWR();
        request.setOpcode(opcode);
        request.setSg_list(new LinkedList<>(List.of(element())));
        return request;
    }

    /** @return 0 or the error number */
    int postReceive(int slot) {
        BatchPostRecv.RecvRequest request = receive.getWrMod(0);
        request.setWr_id(WorkId.receive(slot));
        request.getSgeMod(0).setAddr(memory.receiveSlot(slot));
        request.getSgeMod(0).setLength(memory.receiveBytes);
        return receive.post(1);
    }

    int completionFd() {
        return channel.getFd();
    }

    /** Takes the event that made {@link #completionFd} readable. */
    void takeEvent() throws IOException {
        if (verbs.getCqEvent(channel, queue, 0)) {
            verbs.ackCqEvents(queue, 1);
        }
    }

    /** After the disconnect; the device touches the memory no more once the queue pair is gone. */
    void close() throws IOException {
        notice.free();
        write.free();
        read.free();
        receive.free();
        cm.destroyQP(id);
        poll.free();
        arm.free();
        verbs.destroyCQ(queue);
        verbs.destroyCompChannel(channel);
        verbs.deregMr(region).execute().free();
        verbs.deallocPd(domain);
        arena.close();
    }
}
