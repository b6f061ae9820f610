package dev.weft.rdma.verbs;

import com.ibm.disni.verbs.RdmaConnParam;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * DiSNI's connection parameters with every field settable and private data as bytes. Without a choice, resources are the device's
 * maximum, as with DiSNI.
 */
public final class ConnectParameters extends RdmaConnParam {
    private static final byte DEVICE_MAXIMUM = (byte) 0xFF;

    /** Holds the private data as long as this object lives. */
    private MemorySegment privateData = MemorySegment.NULL;

    public ConnectParameters() {
        responder_resources = DEVICE_MAXIMUM;
        initiator_depth = DEVICE_MAXIMUM;
    }

    /** @param bytes copied; at most 255 */
    public void setPrivateData(byte[] bytes) {
        if (bytes.length > 255) {
            throw new IllegalArgumentException("private data of " + bytes.length + " bytes: at most 255 fit");
        }
        privateData = bytes.length == 0 ? MemorySegment.NULL : Arena.ofAuto().allocateFrom(ValueLayout.JAVA_BYTE, bytes);
        private_data_addr = privateData.address();
        private_data_len = (byte) bytes.length;
    }

    /** Private data of any parameters, also of an event's. @return empty when there is none */
    public static byte[] privateData(RdmaConnParam from) {
        int length = from.getPrivate_data_len() & 0xFF;
        if (length == 0 || from.getPrivate_data() == 0) {
            return new byte[0];
        }
        byte[] bytes = MemorySegment.ofAddress(from.getPrivate_data()).reinterpret(length).toArray(ValueLayout.JAVA_BYTE);
        java.lang.ref.Reference.reachabilityFence(from);
        return bytes;
    }

    /** RDMA reads and atomics this side answers at a time; 255 is the device's maximum. */
    @Override
    public void setResponder_resources(byte resources) {
        responder_resources = resources;
    }

    /** RDMA reads and atomics this side has outstanding; 255 is the device's maximum. */
    @Override
    public void setInitiator_depth(byte depth) {
        initiator_depth = depth;
    }

    @Override
    public void setFlow_control(byte flowControl) {
        flow_control = flowControl;
    }

    @Override
    public void setRetry_count(byte count) {
        retry_count = count;
    }

    @Override
    public void setSrq(byte srq) {
        this.srq = srq;
    }

    @Override
    public void setQp_num(int number) {
        qp_num = number;
    }
}
