package dev.weft.rdma.verbs;

import com.ibm.disni.verbs.IbvPd;
import java.io.IOException;

/** A protection domain. */
final class PanamaPd extends IbvPd {
    final long address;

    PanamaPd(PanamaContext context, long address) throws IOException {
        super(context);
        this.address = address;
        handle = ObjectStructs.readInt(address, ObjectStructs.PD, "handle");
    }

    void reopen() {
        isOpen = true;
    }
}
