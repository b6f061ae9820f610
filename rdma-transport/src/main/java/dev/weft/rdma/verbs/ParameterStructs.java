package dev.weft.rdma.verbs;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.util.List;

/** Parameters and answers of control calls (infiniband/verbs.h, rdma/rdma_cma.h). Not on the data path. */
final class ParameterStructs {
    static final StructLayout CONN_PARAM = MemoryLayout.structLayout(
            ADDRESS.withName("private_data"),
            JAVA_BYTE.withName("private_data_len"),
            JAVA_BYTE.withName("responder_resources"),
            JAVA_BYTE.withName("initiator_depth"),
            JAVA_BYTE.withName("flow_control"),
            JAVA_BYTE.withName("retry_count"),
            JAVA_BYTE.withName("rnr_retry_count"),
            JAVA_BYTE.withName("srq"),
            MemoryLayout.paddingLayout(1),
            JAVA_INT.withName("qp_num"),
            MemoryLayout.paddingLayout(4)).withName("rdma_conn_param");

    /** Up to and with {@code param.conn}; the other members of the union are longer and not read. */
    static final StructLayout CM_EVENT = MemoryLayout.structLayout(
            ADDRESS.withName("id"),
            ADDRESS.withName("listen_id"),
            JAVA_INT.withName("event"),
            JAVA_INT.withName("status"),
            CONN_PARAM.withName("param.conn")).withName("rdma_cm_event");

    static final StructLayout QP_CAP = MemoryLayout.structLayout(
            JAVA_INT.withName("max_send_wr"),
            JAVA_INT.withName("max_recv_wr"),
            JAVA_INT.withName("max_send_sge"),
            JAVA_INT.withName("max_recv_sge"),
            JAVA_INT.withName("max_inline_data")).withName("ibv_qp_cap");

    static final StructLayout QP_INIT_ATTR = MemoryLayout.structLayout(
            ADDRESS.withName("qp_context"),
            ADDRESS.withName("send_cq"),
            ADDRESS.withName("recv_cq"),
            ADDRESS.withName("srq"),
            JAVA_INT.withName("cap.max_send_wr"),
            JAVA_INT.withName("cap.max_recv_wr"),
            JAVA_INT.withName("cap.max_send_sge"),
            JAVA_INT.withName("cap.max_recv_sge"),
            JAVA_INT.withName("cap.max_inline_data"),
            JAVA_INT.withName("qp_type"),
            JAVA_INT.withName("sq_sig_all"),
            MemoryLayout.paddingLayout(4)).withName("ibv_qp_init_attr");

    /** Only the first field is used; the library writes up to {@code sizeof}, for which the last field leaves room. */
    static final StructLayout QP_ATTR = MemoryLayout.structLayout(
            JAVA_INT.withName("qp_state"),
            JAVA_INT.withName("cur_qp_state"),
            MemoryLayout.sequenceLayout(128, JAVA_BYTE).withName("path_mtu"),
            JAVA_INT.withName("rate_limit"),
            MemoryLayout.paddingLayout(4)).withName("ibv_qp_attr");

    static final StructLayout ASYNC_EVENT = MemoryLayout.structLayout(
            JAVA_LONG.withName("element.cq"),
            JAVA_INT.withName("event_type"),
            MemoryLayout.paddingLayout(4)).withName("ibv_async_event");

    static final StructLayout DEVICE_ATTR = MemoryLayout.structLayout(
            MemoryLayout.sequenceLayout(64, JAVA_BYTE).withName("fw_ver"),
            JAVA_LONG.withName("node_guid"),
            JAVA_LONG.withName("sys_image_guid"),
            JAVA_LONG.withName("max_mr_size"),
            JAVA_LONG.withName("page_size_cap"),
            JAVA_INT.withName("vendor_id"),
            JAVA_INT.withName("vendor_part_id"),
            JAVA_INT.withName("hw_ver"),
            JAVA_INT.withName("max_qp"),
            JAVA_INT.withName("max_qp_wr"),
            JAVA_INT.withName("device_cap_flags"),
            JAVA_INT.withName("max_sge"),
            JAVA_INT.withName("max_sge_rd"),
            JAVA_INT.withName("max_cq"),
            JAVA_INT.withName("max_cqe"),
            JAVA_INT.withName("max_mr"),
            JAVA_INT.withName("max_pd"),
            JAVA_INT.withName("max_qp_rd_atom"),
            JAVA_INT.withName("max_ee_rd_atom"),
            JAVA_INT.withName("max_res_rd_atom"),
            JAVA_INT.withName("max_qp_init_rd_atom"),
            JAVA_INT.withName("max_ee_init_rd_atom"),
            JAVA_INT.withName("atomic_cap"),
            MemoryLayout.sequenceLayout(14, JAVA_INT).withName("max_ee"),
            JAVA_SHORT.withName("max_pkeys"),
            JAVA_BYTE.withName("local_ca_ack_delay"),
            JAVA_BYTE.withName("phys_port_cnt"),
            MemoryLayout.paddingLayout(4)).withName("ibv_device_attr");

    static final StructLayout PORT_ATTR = MemoryLayout.structLayout(
            JAVA_INT.withName("state"),
            JAVA_INT.withName("max_mtu"),
            JAVA_INT.withName("active_mtu"),
            JAVA_INT.withName("gid_tbl_len"),
            JAVA_INT.withName("port_cap_flags"),
            JAVA_INT.withName("max_msg_sz"),
            JAVA_INT.withName("bad_pkey_cntr"),
            JAVA_INT.withName("qkey_viol_cntr"),
            JAVA_SHORT.withName("pkey_tbl_len"),
            JAVA_SHORT.withName("lid"),
            JAVA_SHORT.withName("sm_lid"),
            MemoryLayout.sequenceLayout(8, JAVA_BYTE).withName("lmc"),
            JAVA_BYTE.withName("link_layer"),
            JAVA_BYTE.withName("flags"),
            JAVA_SHORT.withName("port_cap_flags2"),
            MemoryLayout.paddingLayout(2)).withName("ibv_port_attr");

    /** Every layout of this class, for the check against the C header. */
    static final List<StructLayout> ALL =
            List.of(CONN_PARAM, CM_EVENT, QP_CAP, QP_INIT_ATTR, QP_ATTR, ASYNC_EVENT, DEVICE_ATTR, PORT_ATTR);

    /** Bit of the mask of ibv_modify_qp and ibv_query_qp: the state is meant. */
    static final int QP_STATE_MASK = 1;

    private ParameterStructs() {
    }

    static int getInt(MemorySegment struct, StructLayout layout, String field) {
        return struct.get(JAVA_INT, ObjectStructs.offset(layout, field));
    }

    static void setInt(MemorySegment struct, StructLayout layout, String field, int value) {
        struct.set(JAVA_INT, ObjectStructs.offset(layout, field), value);
    }

    static void setLong(MemorySegment struct, StructLayout layout, String field, long value) {
        struct.set(JAVA_LONG, ObjectStructs.offset(layout, field), value);
    }

    static int getByte(MemorySegment struct, StructLayout layout, String field) {
        return struct.get(JAVA_BYTE, ObjectStructs.offset(layout, field)) & 0xFF;
    }

    static void setByte(MemorySegment struct, StructLayout layout, String field, int value) {
        struct.set(JAVA_BYTE, ObjectStructs.offset(layout, field), (byte) value);
    }
}
