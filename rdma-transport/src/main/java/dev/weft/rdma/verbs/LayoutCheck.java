package dev.weft.rdma.verbs;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Compares what the library hands out with what was asked for, so that an rdma-core with other structs is a sentence and not a crash.
 * Every object is checked once, when it is made.
 */
final class LayoutCheck {

    private LayoutCheck() {
    }

    /** The descriptors of a context must be those the kernel gave, and the four operations must be there. */
    static void context(PanamaContext context) throws IOException {
        String name = context.deviceName();
        require(!name.isEmpty() && name.chars().allMatch(c -> c > ' ' && c < 127), "ibv_device", "name '" + name + "'");
        require(target(context.getCmd_fd()).contains("uverbs"), "ibv_context", "cmd_fd " + context.getCmd_fd());
        require(target(context.asyncFd).contains("infinibandevent"), "ibv_context", "async_fd " + context.asyncFd);
        require(context.getNumCompVectors() > 0, "ibv_context", "num_comp_vectors " + context.getNumCompVectors());
        for (MemorySegment op : new MemorySegment[] {context.postSend, context.postRecv, context.pollCq, context.reqNotify}) {
            require(op.address() != 0, "ibv_context", "an operation that is NULL");
        }
    }

    private static String target(int fd) {
        try {
            return Files.readSymbolicLink(Path.of("/proc/self/fd", Integer.toString(fd))).toString();
        } catch (IOException | IllegalArgumentException e) {
            return "";
        }
    }

    static void pd(long pd, PanamaContext context) throws IOException {
        same(pd, ObjectStructs.PD, "context", context.address);
    }

    static void mr(long mr, PanamaPd pd, long start, long length) throws IOException {
        same(mr, ObjectStructs.MR, "pd", pd.address);
        same(mr, ObjectStructs.MR, "addr", start);
        same(mr, ObjectStructs.MR, "length", length);
    }

    static void compChannel(long channel, PanamaContext context) throws IOException {
        same(channel, ObjectStructs.COMP_CHANNEL, "context", context.address);
        int fd = ObjectStructs.readInt(channel, ObjectStructs.COMP_CHANNEL, "fd");
        require(target(fd).contains("infinibandevent"), "ibv_comp_channel", "fd " + fd);
    }

    static void cq(long cq, PanamaContext context, long channel, int entries) throws IOException {
        same(cq, ObjectStructs.CQ, "context", context.address);
        same(cq, ObjectStructs.CQ, "channel", channel);
        int cqe = ObjectStructs.readInt(cq, ObjectStructs.CQ, "cqe");
        require(cqe >= entries, "ibv_cq", "cqe " + cqe + " after asking for " + entries);
    }

    static void qp(long qp, PanamaPd pd, PanamaCq sendCq, PanamaCq recvCq, int type) throws IOException {
        same(qp, ObjectStructs.QP, "pd", pd.address);
        same(qp, ObjectStructs.QP, "send_cq", sendCq.address);
        same(qp, ObjectStructs.QP, "recv_cq", recvCq.address);
        int found = ObjectStructs.readInt(qp, ObjectStructs.QP, "qp_type");
        require(found == type, "ibv_qp", "qp_type " + found + " after asking for " + type);
    }

    static void eventChannel(long channel) throws IOException {
        int fd = ObjectStructs.readInt(channel, ObjectStructs.EVENT_CHANNEL, "fd");
        require(target(fd).contains("rdma_cm"), "rdma_event_channel", "fd " + fd);
    }

    static void cmId(long id, long channel, int portSpace) throws IOException {
        same(id, ObjectStructs.CM_ID, "channel", channel);
        int found = ObjectStructs.readInt(id, ObjectStructs.CM_ID, "ps");
        require(found == portSpace, "rdma_cm_id", "ps " + found + " after asking for " + portSpace);
    }

    private static void same(long address, StructLayout layout, String field, long expected) throws IOException {
        long found = ObjectStructs.readLong(address, layout, field);
        require(found == expected, layout.name().orElseThrow(),
                field + " 0x" + Long.toHexString(found) + " where 0x" + Long.toHexString(expected) + " was given");
    }

    private static void require(boolean holds, String struct, String what) throws IOException {
        if (!holds) {
            throw new IOException("the installed rdma-core has another " + struct + " than Weft knows (" + what
                    + "): use rdma-core 22 or newer on a 64-bit system, or set the RDMA policy to forbid");
        }
    }
}
