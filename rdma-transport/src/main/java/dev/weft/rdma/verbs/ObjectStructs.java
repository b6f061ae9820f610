package dev.weft.rdma.verbs;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.util.List;

/**
 * The objects rdma-core hands out pointers to, as far as Weft reads them: infiniband/verbs.h and rdma/rdma_cma.h of rdma-core 44,
 * unchanged since version 22 (these structs are ABI; only fields behind the ones named here were ever added). Names are C's.
 *
 * <p>{@code ibv_context.ops} is a table of 32 function pointers; the four that Weft calls are at the places of {@link #POLL_CQ} and
 * its neighbours.
 */
final class ObjectStructs {
    private static final int OPS = 32;

    static final StructLayout DEVICE = MemoryLayout.structLayout(
            MemoryLayout.sequenceLayout(2, ADDRESS).withName("_ops"),
            JAVA_INT.withName("node_type"),
            JAVA_INT.withName("transport_type"),
            MemoryLayout.sequenceLayout(64, JAVA_BYTE).withName("name"),
            MemoryLayout.sequenceLayout(64, JAVA_BYTE).withName("dev_name"),
            MemoryLayout.sequenceLayout(256, JAVA_BYTE).withName("dev_path")).withName("ibv_device");

    static final StructLayout CONTEXT = MemoryLayout.structLayout(
            ADDRESS.withName("device"),
            MemoryLayout.sequenceLayout(OPS, ADDRESS).withName("ops"),
            JAVA_INT.withName("cmd_fd"),
            JAVA_INT.withName("async_fd"),
            JAVA_INT.withName("num_comp_vectors")).withName("ibv_context");

    static final StructLayout PD = MemoryLayout.structLayout(
            ADDRESS.withName("context"),
            JAVA_INT.withName("handle")).withName("ibv_pd");

    static final StructLayout MR = MemoryLayout.structLayout(
            ADDRESS.withName("context"),
            ADDRESS.withName("pd"),
            ADDRESS.withName("addr"),
            JAVA_LONG.withName("length"),
            JAVA_INT.withName("handle"),
            JAVA_INT.withName("lkey"),
            JAVA_INT.withName("rkey")).withName("ibv_mr");

    static final StructLayout CQ = MemoryLayout.structLayout(
            ADDRESS.withName("context"),
            ADDRESS.withName("channel"),
            ADDRESS.withName("cq_context"),
            JAVA_INT.withName("handle"),
            JAVA_INT.withName("cqe")).withName("ibv_cq");

    static final StructLayout QP = MemoryLayout.structLayout(
            ADDRESS.withName("context"),
            ADDRESS.withName("qp_context"),
            ADDRESS.withName("pd"),
            ADDRESS.withName("send_cq"),
            ADDRESS.withName("recv_cq"),
            ADDRESS.withName("srq"),
            JAVA_INT.withName("handle"),
            JAVA_INT.withName("qp_num"),
            JAVA_INT.withName("state"),
            JAVA_INT.withName("qp_type")).withName("ibv_qp");

    static final StructLayout COMP_CHANNEL = MemoryLayout.structLayout(
            ADDRESS.withName("context"),
            JAVA_INT.withName("fd"),
            JAVA_INT.withName("refcnt")).withName("ibv_comp_channel");

    static final StructLayout EVENT_CHANNEL = MemoryLayout.structLayout(
            JAVA_INT.withName("fd")).withName("rdma_event_channel");

    static final StructLayout CM_ID = MemoryLayout.structLayout(
            ADDRESS.withName("verbs"),
            ADDRESS.withName("channel"),
            ADDRESS.withName("context"),
            ADDRESS.withName("qp"),
            MemoryLayout.sequenceLayout(128, JAVA_BYTE).withName("route.addr.src_storage"),
            MemoryLayout.sequenceLayout(128, JAVA_BYTE).withName("route.addr.dst_storage"),
            MemoryLayout.sequenceLayout(40, JAVA_BYTE).withName("route.addr.addr"),
            ADDRESS.withName("route.path_rec"),
            JAVA_INT.withName("route.num_paths"),
            MemoryLayout.paddingLayout(4),
            JAVA_INT.withName("ps"),
            JAVA_BYTE.withName("port_num")).withName("rdma_cm_id");

    /** Every layout of this class, for the check against the C header. */
    static final List<StructLayout> ALL = List.of(DEVICE, CONTEXT, PD, MR, CQ, QP, COMP_CHANNEL, EVENT_CHANNEL, CM_ID);

    /** Places in {@code ibv_context.ops}. */
    static final int POLL_CQ = 11;
    static final int REQ_NOTIFY_CQ = 12;
    static final int POST_SEND = 25;
    static final int POST_RECV = 26;

    private ObjectStructs() {
    }

    static long offset(StructLayout layout, String field) {
        return layout.byteOffset(PathElement.groupElement(field));
    }

    /** The struct at an address, bounded to what its layout names. */
    static MemorySegment at(long address, StructLayout layout) {
        return MemorySegment.ofAddress(address).reinterpret(layout.byteSize());
    }

    static int readInt(long address, StructLayout layout, String field) {
        return at(address, layout).get(JAVA_INT, offset(layout, field));
    }

    static long readLong(long address, StructLayout layout, String field) {
        return at(address, layout).get(JAVA_LONG, offset(layout, field));
    }

    /** A function pointer of {@code ibv_context.ops}. */
    static MemorySegment op(long context, int place) {
        return at(context, CONTEXT).get(ADDRESS, offset(CONTEXT, "ops") + place * ADDRESS.byteSize());
    }
}
