package dev.weft.rdma.verbs;

import com.ibm.disni.verbs.RdmaEventChannel;
import java.io.IOException;
import java.util.concurrent.ConcurrentHashMap;

/** A channel of connection events, and the identifiers whose events it carries. */
final class PanamaEventChannel extends RdmaEventChannel {
    final long address;
    private final ConcurrentHashMap<Long, PanamaCmId> ids = new ConcurrentHashMap<>();

    PanamaEventChannel(long address) throws IOException {
        super(ObjectStructs.readInt(address, ObjectStructs.EVENT_CHANNEL, "fd"));
        this.address = address;
    }

    void add(PanamaCmId id) {
        ids.put(id.address, id);
    }

    void remove(PanamaCmId id) {
        ids.remove(id.address, id);
    }

    /** @return null for an address that is no live identifier of this channel */
    PanamaCmId id(long address) {
        return ids.get(address);
    }
}
