package dev.weft.rdma.sim;

import com.ibm.disni.verbs.IbvQP;
import com.ibm.disni.verbs.IbvRecvWR;
import com.ibm.disni.verbs.IbvSendWR;
import dev.weft.rdma.verbs.BatchPostRecv;
import dev.weft.rdma.verbs.BatchPostSend;
import dev.weft.rdma.verbs.NoOpDevice;
import java.io.IOException;
import java.util.List;

/** Everything a link is made of comes from the simulated device; what it posts goes through Weft's verbs to a device that does nothing. */
public final class NoOpVerbs extends SimVerbs {
    private final NoOpDevice device = new NoOpDevice();

    public NoOpVerbs(SimNode node) throws IOException {
        super(node);
    }

    @Override
    public BatchPostSend postSend(IbvQP qp, List<IbvSendWR> requests, List<IbvSendWR> refused) {
        return device.postSend(requests);
    }

    @Override
    public BatchPostRecv postRecv(IbvQP qp, List<IbvRecvWR> requests, List<IbvRecvWR> refused) {
        return device.postRecv(requests);
    }
}
