package dev.weft.rdma.verbs;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;
import java.util.List;

/**
 * Work requests and completions (infiniband/verbs.h), written and read in place on the data path.
 *
 * <pre>
 *  ibv_send_wr, 128 bytes                       ibv_wc, 48 bytes
 *  +----------------------------------+  0      +----------------------------------+  0
 *  | wr_id                            |         | wr_id                            |
 *  | next                             |  8      | status         | opcode          |  8
 *  | sg_list                          | 16      | vendor_err     | byte_len        | 16
 *  | num_sge        | opcode          | 24      | imm_data       | qp_num          | 24
 *  | send_flags     | imm_data        | 32      | src_qp         | wc_flags        | 32
 *  | remote_addr                      | 40      | pkey_index | slid | sl | path    | 40
 *  | rkey  (rdma)   |   or compare_add| 48      +----------------------------------+
 *  |                    swap          | 56
 *  | rkey  (atomic)                   | 64
 *  | memory windows, XRC, TSO: unused | 72
 *  +----------------------------------+
 * </pre>
 */
final class WorkStructs {
    static final StructLayout SEND_WR = MemoryLayout.structLayout(
            JAVA_LONG.withName("wr_id"),
            ADDRESS.withName("next"),
            ADDRESS.withName("sg_list"),
            JAVA_INT.withName("num_sge"),
            JAVA_INT.withName("opcode"),
            JAVA_INT.withName("send_flags"),
            JAVA_INT.withName("imm_data"),
            JAVA_LONG.withName("wr.atomic.remote_addr"),
            JAVA_LONG.withName("wr.atomic.compare_add"),
            JAVA_LONG.withName("wr.atomic.swap"),
            JAVA_INT.withName("wr.atomic.rkey"),
            MemoryLayout.paddingLayout(4),
            MemoryLayout.paddingLayout(56)).withName("ibv_send_wr");

    static final StructLayout RECV_WR = MemoryLayout.structLayout(
            JAVA_LONG.withName("wr_id"),
            ADDRESS.withName("next"),
            ADDRESS.withName("sg_list"),
            JAVA_INT.withName("num_sge"),
            MemoryLayout.paddingLayout(4)).withName("ibv_recv_wr");

    static final StructLayout SGE = MemoryLayout.structLayout(
            JAVA_LONG.withName("addr"),
            JAVA_INT.withName("length"),
            JAVA_INT.withName("lkey")).withName("ibv_sge");

    static final StructLayout WC = MemoryLayout.structLayout(
            JAVA_LONG.withName("wr_id"),
            JAVA_INT.withName("status"),
            JAVA_INT.withName("opcode"),
            JAVA_INT.withName("vendor_err"),
            JAVA_INT.withName("byte_len"),
            JAVA_INT.withName("imm_data"),
            JAVA_INT.withName("qp_num"),
            JAVA_INT.withName("src_qp"),
            JAVA_INT.withName("wc_flags"),
            JAVA_SHORT.withName("pkey_index"),
            JAVA_SHORT.withName("slid"),
            JAVA_BYTE.withName("sl"),
            JAVA_BYTE.withName("dlid_path_bits"),
            MemoryLayout.paddingLayout(2)).withName("ibv_wc");

    /** Every layout of this class, for the check against the C header; their sizes are C's too. */
    static final List<StructLayout> ALL = List.of(SEND_WR, RECV_WR, SGE, WC);

    static final long SEND_WR_SIZE = SEND_WR.byteSize();
    static final long SEND_WR_ID = ObjectStructs.offset(SEND_WR, "wr_id");
    static final long SEND_NEXT = ObjectStructs.offset(SEND_WR, "next");
    static final long SEND_SG_LIST = ObjectStructs.offset(SEND_WR, "sg_list");
    static final long SEND_NUM_SGE = ObjectStructs.offset(SEND_WR, "num_sge");
    static final long SEND_OPCODE = ObjectStructs.offset(SEND_WR, "opcode");
    static final long SEND_FLAGS = ObjectStructs.offset(SEND_WR, "send_flags");
    static final long SEND_IMM_DATA = ObjectStructs.offset(SEND_WR, "imm_data");
    static final long SEND_REMOTE_ADDR = ObjectStructs.offset(SEND_WR, "wr.atomic.remote_addr");
    /** {@code wr.rdma.rkey} lies where {@code wr.atomic.compare_add} does. */
    static final long SEND_RDMA_RKEY = ObjectStructs.offset(SEND_WR, "wr.atomic.compare_add");
    static final long SEND_COMPARE_ADD = ObjectStructs.offset(SEND_WR, "wr.atomic.compare_add");
    static final long SEND_SWAP = ObjectStructs.offset(SEND_WR, "wr.atomic.swap");
    static final long SEND_ATOMIC_RKEY = ObjectStructs.offset(SEND_WR, "wr.atomic.rkey");

    static final long RECV_WR_SIZE = RECV_WR.byteSize();
    static final long RECV_WR_ID = ObjectStructs.offset(RECV_WR, "wr_id");
    static final long RECV_NEXT = ObjectStructs.offset(RECV_WR, "next");
    static final long RECV_SG_LIST = ObjectStructs.offset(RECV_WR, "sg_list");
    static final long RECV_NUM_SGE = ObjectStructs.offset(RECV_WR, "num_sge");

    static final long SGE_SIZE = SGE.byteSize();
    static final long SGE_ADDR = ObjectStructs.offset(SGE, "addr");
    static final long SGE_LENGTH = ObjectStructs.offset(SGE, "length");
    static final long SGE_LKEY = ObjectStructs.offset(SGE, "lkey");

    static final long WC_SIZE = WC.byteSize();
    static final long WC_WR_ID = ObjectStructs.offset(WC, "wr_id");
    static final long WC_STATUS = ObjectStructs.offset(WC, "status");
    static final long WC_OPCODE = ObjectStructs.offset(WC, "opcode");
    static final long WC_VENDOR_ERR = ObjectStructs.offset(WC, "vendor_err");
    static final long WC_BYTE_LEN = ObjectStructs.offset(WC, "byte_len");
    static final long WC_IMM_DATA = ObjectStructs.offset(WC, "imm_data");
    static final long WC_QP_NUM = ObjectStructs.offset(WC, "qp_num");
    static final long WC_SRC_QP = ObjectStructs.offset(WC, "src_qp");
    static final long WC_FLAGS = ObjectStructs.offset(WC, "wc_flags");
    static final long WC_PKEY_INDEX = ObjectStructs.offset(WC, "pkey_index");
    static final long WC_SLID = ObjectStructs.offset(WC, "slid");
    static final long WC_SL = ObjectStructs.offset(WC, "sl");
    static final long WC_DLID_PATH_BITS = ObjectStructs.offset(WC, "dlid_path_bits");

    private WorkStructs() {
    }
}
