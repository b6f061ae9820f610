package dev.weft.rdma;

import com.ibm.disni.verbs.IbvPd;
import com.ibm.disni.verbs.IbvQP;
import com.ibm.disni.verbs.IbvQPInitAttr;
import com.ibm.disni.verbs.IbvRecvWR;
import com.ibm.disni.verbs.IbvSendWR;
import com.ibm.disni.verbs.IbvSge;
import com.ibm.disni.verbs.RdmaCmId;
import dev.weft.agent.Rollback;
import dev.weft.linux.Errno;
import dev.weft.rdma.verbs.BatchPostRecv;
import dev.weft.rdma.verbs.BatchPostSend;
import dev.weft.rdma.verbs.ExtendedCm;
import dev.weft.rdma.verbs.ExtendedVerbs;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedList;
import java.util.List;

/**
 * A link's queue pair with everything posted that must be there before the first message can arrive, and the verb calls that are
 * executed again and again. Made and released on the worker thread, used on the lane's.
 */
final class LinkQueues {
    /** Work requests of one post. */
    static final int LIST = 8;
    private static final String[] PAIR_STATES = {"reset", "init", "rtr", "rts", "sqd", "sqe", "err"};
    private static final int[] INLINE_STEPS = {1, 2, 4};

    final LinkMemory memory;
    final CompletionQueues.Share share;
    final int pairNumber;
    final BatchPostSend sends;
    final BatchPostSend reports;
    final BatchPostRecv receives;
    final int sendDepth;
    final int inlineBytes;
    private final ExtendedVerbs verbs;
    private final ExtendedCm cm;
    private final RdmaCmId id;
    private final IbvQP pair;

    private LinkQueues(ExtendedVerbs verbs, ExtendedCm cm, RdmaCmId id, LinkMemory memory, CompletionQueues.Share share, IbvQP pair,
            int sendDepth, int inlineBytes) throws IOException {
        this.verbs = verbs;
        this.cm = cm;
        this.id = id;
        this.pair = pair;
        this.memory = memory;
        this.share = share;
        pairNumber = pair.getQp_num();
        this.sendDepth = sendDepth;
        this.inlineBytes = inlineBytes;
        sends = verbs.postSend(pair, sendRequests(LIST, 2, memory.localKey()), null);
        reports = verbs.postSend(pair, sendRequests(1, 1, memory.localKey()), null);
        receives = verbs.postRecv(pair, receiveRequests(memory.localKey()), null);
    }

    /** Work requests a link can have in its send queue: all that may be under way, and as many again not yet reaped. */
    static int sendDepth(int slots) {
        return 2 * slots + LIST;
    }

    /**
     * @param receiveIds identity of each slot's completions
     * @throws IOException naming what the device or the system refused; nothing is left behind
     */
    static LinkQueues make(ExtendedVerbs verbs, ExtendedCm cm, RdmaCmId id, CompletionQueues queues, MemoryBudget budget,
            RdmaConfig config, java.util.function.IntToLongFunction receiveIds) throws IOException {
        try (Rollback rollback = new Rollback("RDMA resources of a link")) {
            int depth = sendDepth(config.slots());
            CompletionQueues.Share share = queues.reserve(config.slots(), depth);
            rollback.push("completion queue share", () -> queues.giveBack(share));
            LinkMemory memory = LinkMemory.make(verbs, id.getVerbs(), budget, config.slots());
            rollback.push("memory", memory::release);
            IbvQPInitAttr attributes = createPair(cm, id, memory.domain(), share, config, depth);
            rollback.push("queue pair", () -> cm.destroyQP(id));
            LinkQueues made = new LinkQueues(verbs, cm, id, memory, share, id.getQp(), depth,
                    Math.min(config.inlineBytes(), attributes.cap().getMax_inline_data()));
            made.postAll(config.slots(), receiveIds);
            rollback.commit();
            return made;
        }
    }

    /** Devices refuse an inline limit they do not have instead of lowering it, so it is halved until it fits. */
    private static IbvQPInitAttr createPair(ExtendedCm cm, RdmaCmId id, IbvPd domain, CompletionQueues.Share share, RdmaConfig config,
            int depth) throws IOException {
        IOException refused = null;
        for (int divisor : INLINE_STEPS) {
            try {
                IbvQPInitAttr attributes = attributes(share, config, depth, config.inlineBytes() / divisor);
                cm.createQP(id, domain, attributes);
                return attributes;
            } catch (IOException e) {
                refused = e;
            }
        }
        IbvQPInitAttr attributes = attributes(share, config, depth, 0);
        try {
            cm.createQP(id, domain, attributes);
            return attributes;
        } catch (IOException e) {
            e.addSuppressed(refused);
            throw e;
        }
    }

    private static IbvQPInitAttr attributes(CompletionQueues.Share share, RdmaConfig config, int depth, int inlineBytes) {
        IbvQPInitAttr attributes = new IbvQPInitAttr();
        attributes.setQp_type(IbvQP.IBV_QPT_RC);
        attributes.setSend_cq(share.sendQueue());
        attributes.setRecv_cq(share.receiveQueue());
        attributes.cap().setMax_send_wr(depth);
        attributes.cap().setMax_recv_wr(config.slots());
        attributes.cap().setMax_send_sge(2);
        attributes.cap().setMax_recv_sge(1);
        attributes.cap().setMax_inline_data(inlineBytes);
        return attributes;
    }

    private static IbvSge element(int length, int key) {
        IbvSge element = new IbvSge();
        element.setLength(length);
        element.setLkey(key);
        return element;
    }

    private static List<IbvSendWR> sendRequests(int count, int elements, int key) {
        List<IbvSendWR> list = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            LinkedList<IbvSge> parts = new LinkedList<>();
            for (int j = 0; j < elements; j++) {
                parts.add(element(BatchHeader.LENGTH, key));
            }
            IbvSendWR request = new IbvSendWR();
            request.setOpcode(IbvSendWR.IBV_WR_SEND);
            request.setSg_list(parts);
            list.add(request);
        }
        return list;
    }

    private static List<IbvRecvWR> receiveRequests(int key) {
        List<IbvRecvWR> list = new ArrayList<>();
        for (int i = 0; i < LIST; i++) {
            IbvRecvWR request = new IbvRecvWR();
            request.setSg_list(new LinkedList<>(List.of(element(BatchHeader.SLOT_LENGTH, key))));
            list.add(request);
        }
        return list;
    }

    private void postAll(int slots, java.util.function.IntToLongFunction ids) throws IOException {
        int filled = 0;
        for (int slot = 0; slot < slots; slot++) {
            setReceive(filled++, slot, ids.applyAsLong(slot));
            if (filled == LIST || slot == slots - 1) {
                int error = receives.post(filled);
                if (error != 0) {
                    throw new IOException("receive slots cannot be posted: " + Errno.describe(error));
                }
                filled = 0;
            }
        }
    }

    /** Prepares one receive request of the next list. */
    void setReceive(int place, int slot, long workId) {
        receives.getWrMod(place).setWr_id(workId);
        receives.getWrMod(place).getSgeMod(0).setAddr(memory.slot(slot));
    }

    /** State of the queue pair as the device tells it. On the lane's thread, before the link has ended. */
    String pairState() {
        try {
            int state = verbs.queryState(pair);
            return state >= 0 && state < PAIR_STATES.length ? PAIR_STATES[state] : "state " + state;
        } catch (IOException e) {
            return e.getMessage();
        }
    }

    /** Ends the connection and frees the queue pair; afterwards the device touches the memory no more. */
    void destroyPair() throws IOException {
        sends.free();
        reports.free();
        receives.free();
        cm.destroyQP(id);
    }
}
