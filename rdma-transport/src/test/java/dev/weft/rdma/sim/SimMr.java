package dev.weft.rdma.sim;

import com.ibm.disni.verbs.IbvMr;
import java.io.IOException;

/** A registered region. */
final class SimMr extends IbvMr {
    final SimPd domain;
    final long lengthBytes;

    SimMr(SimPd domain, long address, long length, int access, int key) throws IOException {
        super(domain.getContext(), address, (int) Math.min(length, Integer.MAX_VALUE), access, key, key, key);
        this.domain = domain;
        lengthBytes = length;
    }

    boolean covers(long address, int length) {
        return address >= addr && address + length <= addr + lengthBytes;
    }

    boolean isRemote() {
        return (access & ~IBV_ACCESS_LOCAL_WRITE) != 0;
    }

    boolean mayBeReadRemotely() {
        return (access & IBV_ACCESS_REMOTE_READ) != 0;
    }

    boolean mayBeWrittenRemotely() {
        return (access & IBV_ACCESS_REMOTE_WRITE) != 0;
    }

    boolean mayBeWritten() {
        return (access & IBV_ACCESS_LOCAL_WRITE) != 0;
    }
}
