package dev.weft.rdma;

import dev.weft.rdma.verbs.RdmaDevice;

class SimRoceLinkTest extends SimLinkContract {

    @Override
    RdmaDevice.Kind kind() {
        return RdmaDevice.Kind.INFINIBAND;
    }
}
