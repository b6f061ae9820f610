package dev.weft.rdma.verbs;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import com.ibm.disni.verbs.IbvRecvWR;
import com.ibm.disni.verbs.IbvSendWR;
import com.ibm.disni.verbs.IbvSge;
import com.ibm.disni.verbs.IbvWC;
import com.ibm.disni.verbs.SVCPollCq;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.util.LinkedList;
import java.util.List;

/**
 * A device whose operations are a C function of a few instructions that answers 0 ({@code pthread_equal} of two different numbers), so
 * that what a call costs is Java's part. For benchmarks, and for tests of what calls allocate. Lives as long as the JVM.
 */
public final class NoOpDevice {
    private static final int POLL_BATCH = 32;

    private final PanamaQp pair;
    private final PanamaCq queue;

    public NoOpDevice() throws IOException {
        PanamaProvider.register();
        Arena arena = Arena.global();
        MemorySegment context = arena.allocate(ObjectStructs.CONTEXT.byteSize(), 8);
        MemorySegment nothing = Linker.nativeLinker().defaultLookup().findOrThrow("pthread_equal");
        for (int place : new int[] {ObjectStructs.POST_SEND, ObjectStructs.POST_RECV, ObjectStructs.POLL_CQ,
            ObjectStructs.REQ_NOTIFY_CQ}) {
            context.set(ADDRESS, ObjectStructs.offset(ObjectStructs.CONTEXT, "ops") + 8L * place, nothing);
        }
        PanamaContext of = new PanamaContext(context.address());
        MemorySegment pairMemory = arena.allocate(ObjectStructs.QP);
        pairMemory.set(JAVA_INT, ObjectStructs.offset(ObjectStructs.QP, "qp_num"), 1);
        queue = new PanamaCq(of, null, arena.allocate(ObjectStructs.CQ).address());
        pair = new PanamaQp(of, new PanamaPd(of, arena.allocate(ObjectStructs.PD).address()), queue, queue, pairMemory.address());
    }

    /** A post of one SEND with one element. */
    public BatchPostSend postSend() {
        IbvSendWR request = new IbvSendWR();
        request.setOpcode(IbvSendWR.IBV_WR_SEND);
        request.setSg_list(new LinkedList<>(List.of(new IbvSge())));
        return postSend(List.of(request));
    }

    public BatchPostSend postSend(List<IbvSendWR> requests) {
        return new PanamaPostSend(pair, requests, null);
    }

    public BatchPostRecv postRecv(List<IbvRecvWR> requests) {
        return new PanamaPostRecv(pair, requests, null);
    }

    /** A poll for up to 32 completions, of which there are none. */
    public SVCPollCq pollCq() {
        IbvWC[] completions = new IbvWC[POLL_BATCH];
        for (int i = 0; i < completions.length; i++) {
            completions[i] = new IbvWC();
        }
        return new PanamaPollCq(queue, completions, completions.length);
    }
}
