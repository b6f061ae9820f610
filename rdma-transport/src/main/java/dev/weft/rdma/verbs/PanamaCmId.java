package dev.weft.rdma.verbs;

import com.ibm.disni.verbs.IbvContext;
import com.ibm.disni.verbs.IbvQP;
import com.ibm.disni.verbs.RdmaCmId;
import java.io.IOException;

/** A connection identifier (struct rdma_cm_id). */
final class PanamaCmId extends RdmaCmId {
    final long address;

    PanamaCmId(PanamaEventChannel channel, long address) throws IOException {
        super(channel, null);
        this.address = address;
        ps = ObjectStructs.readInt(address, ObjectStructs.CM_ID, "ps");
    }

    PanamaEventChannel channel() {
        return (PanamaEventChannel) cmChannel;
    }

    /** The device the identifier is bound to; null before an address was resolved, and on a wildcard listener. */
    @Override
    public IbvContext getVerbs() throws IOException {
        if (verbs == null) {
            if (!isOpen()) {
                throw new IOException("device of a closed connection identifier");
            }
            long context = ObjectStructs.readLong(address, ObjectStructs.CM_ID, "verbs");
            if (context == 0) {
                return null;
            }
            verbs = PanamaContext.of(context);
            port_num = ObjectStructs.at(address, ObjectStructs.CM_ID)
                    .get(java.lang.foreign.ValueLayout.JAVA_BYTE, ObjectStructs.offset(ObjectStructs.CM_ID, "port_num"));
        }
        return verbs;
    }

    @Override
    protected void setQp(IbvQP qp) {
        super.setQp(qp);
    }

    @Override
    public String toString() {
        return "rdma_cm_id 0x" + Long.toHexString(address);
    }
}
