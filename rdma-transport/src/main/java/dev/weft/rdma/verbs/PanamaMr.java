package dev.weft.rdma.verbs;

import com.ibm.disni.verbs.IbvMr;
import java.io.IOException;

/** A registered memory region. DiSNI's length is an int; regions of 2 GiB and more have their true length in the device only. */
final class PanamaMr extends IbvMr {
    final long address;
    /** Keeps a registered buffer alive as long as its registration. */
    private final Object buffer;

    PanamaMr(PanamaPd pd, long address, long start, long length, int access, Object buffer) throws IOException {
        super(pd.getContext(), start, (int) Math.min(length, Integer.MAX_VALUE), access,
                ObjectStructs.readInt(address, ObjectStructs.MR, "lkey"),
                ObjectStructs.readInt(address, ObjectStructs.MR, "rkey"),
                ObjectStructs.readInt(address, ObjectStructs.MR, "handle"));
        this.address = address;
        this.buffer = buffer;
    }

    Object buffer() {
        return buffer;
    }
}
