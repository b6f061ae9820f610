package dev.weft.rdma.verbs;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import com.ibm.disni.verbs.IbvWC;
import com.ibm.disni.verbs.SVCPollCq;
import java.io.IOException;
import java.lang.foreign.MemorySegment;

/**
 * ibv_poll_cq into a list of completions. Of a completion with an error only wr_id, status, vendor_err and qp_num are valid
 * (ibv_poll_cq(3)): those are its own, and the other fields are 0, never those of an earlier completion. One thread at a time.
 */
final class PanamaPollCq extends SVCPollCq {
    private static final int SUCCESS = IbvWC.IbvWcStatus.IBV_WC_SUCCESS.ordinal();

    private final PanamaCq cq;
    private final IbvWC[] completions;
    private final int most;
    private final long address;
    private MemorySegment memory;
    private int taken;

    PanamaPollCq(PanamaCq cq, IbvWC[] completions, int most) {
        this.cq = cq;
        this.completions = completions;
        this.most = Math.min(most, completions.length);
        memory = CallMemory.shared().take(Math.max(1, this.most) * WorkStructs.WC_SIZE);
        address = memory.address();
    }

    @Override
    public SVCPollCq execute() throws IOException {
        taken = 0;
        if (memory == null) {
            throw new IOException("this poll was freed");
        }
        if (!cq.isOpen()) {
            throw new IOException("poll of a closed completion queue");
        }
        int result = IbvFunctions.callPollCq(cq.pollCq, cq.address, most, address);
        if (result < 0) {
            throw new IOException("poll of a completion queue failed with " + result);
        }
        for (int i = 0; i < result; i++) {
            read(i * WorkStructs.WC_SIZE, completions[i]);
        }
        taken = result;
        return this;
    }

    private void read(long base, IbvWC to) {
        MemorySegment from = memory;
        int status = from.get(JAVA_INT, base + WorkStructs.WC_STATUS);
        to.setWr_id(from.get(JAVA_LONG, base + WorkStructs.WC_WR_ID));
        to.setStatus(status);
        to.setOpcode(from.get(JAVA_INT, base + WorkStructs.WC_OPCODE));
        to.setVendor_err(from.get(JAVA_INT, base + WorkStructs.WC_VENDOR_ERR));
        to.setQp_num(from.get(JAVA_INT, base + WorkStructs.WC_QP_NUM));
        if (status == SUCCESS) {
            to.setByte_len(from.get(JAVA_INT, base + WorkStructs.WC_BYTE_LEN));
            to.setImm_data(from.get(JAVA_INT, base + WorkStructs.WC_IMM_DATA));
            to.setSrc_qp(from.get(JAVA_INT, base + WorkStructs.WC_SRC_QP));
            to.setWc_flags(from.get(JAVA_INT, base + WorkStructs.WC_FLAGS));
            to.setPkey_index(from.get(JAVA_SHORT, base + WorkStructs.WC_PKEY_INDEX));
            to.setSlid(from.get(JAVA_SHORT, base + WorkStructs.WC_SLID));
            to.setSl(from.get(JAVA_BYTE, base + WorkStructs.WC_SL));
            to.setDlid_path_bits(from.get(JAVA_BYTE, base + WorkStructs.WC_DLID_PATH_BITS));
        } else {
            clear(to);
        }
    }

    private static void clear(IbvWC to) {
        to.setByte_len(0);
        to.setImm_data(0);
        to.setSrc_qp(0);
        to.setWc_flags(0);
        to.setPkey_index((short) 0);
        to.setSlid((short) 0);
        to.setSl((short) 0);
        to.setDlid_path_bits((short) 0);
    }

    @Override
    public int getPolls() {
        return taken;
    }

    @Override
    public boolean isValid() {
        return memory != null;
    }

    @Override
    public SVCPollCq free() {
        if (memory != null) {
            CallMemory.shared().give(memory);
            memory = null;
        }
        return this;
    }
}
