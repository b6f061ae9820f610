package dev.weft.rdma.verbs;

import com.ibm.disni.verbs.RdmaCmEvent;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** A connection event, copied whole, so that the library's is acknowledged at once. */
final class PanamaCmEvent extends RdmaCmEvent {

    /** @param event struct rdma_cm_event */
    PanamaCmEvent(MemorySegment event, PanamaCmId listener, PanamaCmId id) throws IOException {
        super(ParameterStructs.getInt(event, ParameterStructs.CM_EVENT, "event"), listener, id);
        status = ParameterStructs.getInt(event, ParameterStructs.CM_EVENT, "status");
        conn = parameters(event.asSlice(ObjectStructs.offset(ParameterStructs.CM_EVENT, "param.conn"), ParameterStructs.CONN_PARAM));
    }

    private static ConnectParameters parameters(MemorySegment from) {
        ConnectParameters to = new ConnectParameters();
        int length = ParameterStructs.getByte(from, ParameterStructs.CONN_PARAM, "private_data_len");
        long data = from.get(ValueLayout.JAVA_LONG, 0);
        if (length > 0 && data != 0) {
            to.setPrivateData(MemorySegment.ofAddress(data).reinterpret(length).toArray(ValueLayout.JAVA_BYTE));
        }
        to.setResponder_resources(field(from, "responder_resources"));
        to.setInitiator_depth(field(from, "initiator_depth"));
        to.setFlow_control(field(from, "flow_control"));
        to.setRetry_count(field(from, "retry_count"));
        to.setRnr_retry_count(field(from, "rnr_retry_count"));
        to.setSrq(field(from, "srq"));
        to.setQp_num(ParameterStructs.getInt(from, ParameterStructs.CONN_PARAM, "qp_num"));
        return to;
    }

    private static byte field(MemorySegment from, String name) {
        return (byte) ParameterStructs.getByte(from, ParameterStructs.CONN_PARAM, name);
    }

    @Override
    public String toString() {
        return (event < EventType.values().length ? EventType.values()[event] : "RDMA CM event " + event) + ", status " + status;
    }
}
