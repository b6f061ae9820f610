package dev.weft.rdma.sim;

import com.ibm.disni.verbs.IbvPd;
import java.io.IOException;

/** A protection domain. */
final class SimPd extends IbvPd {
    int users;

    SimPd(SimNode.SimContext context) throws IOException {
        super(context);
        context.node.domains++;
    }
}
