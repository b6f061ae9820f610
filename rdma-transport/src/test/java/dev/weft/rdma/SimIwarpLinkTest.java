package dev.weft.rdma;

import dev.weft.rdma.verbs.RdmaDevice;

class SimIwarpLinkTest extends SimLinkContract {

    @Override
    RdmaDevice.Kind kind() {
        return RdmaDevice.Kind.IWARP;
    }
}
