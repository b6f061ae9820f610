package dev.weft.rdma.verbs;

import com.ibm.disni.verbs.RdmaCm;
import com.ibm.disni.verbs.RdmaCmId;
import java.io.IOException;

/**
 * DiSNI's connection manager and what a transport needs beyond it. Also beyond DiSNI: addresses may be IPv6, the source of
 * resolveAddr is heeded, accept carries private data, an event tells its status and its parameters with the private data in them, and
 * resources of {@link ConnectParameters} are heeded. Event channels are non-blocking; getCmEvent with a time-out of 0 only looks.
 */
public abstract class ExtendedCm extends RdmaCm {
    /** Most private data of a connect on the TCP port space (rdma_connect(3)). */
    public static final int MAX_CONNECT_PRIVATE_DATA = 56;

    /** Most private data of an accept on the TCP port space (rdma_accept(3)). */
    public static final int MAX_ACCEPT_PRIVATE_DATA = 196;

    /** Refuses a connect request; the other side's attempt ends with RDMA_CM_EVENT_REJECTED. */
    public abstract void reject(RdmaCmId id, byte[] privateData) throws IOException;

    /**
     * How long the device waits for an acknowledgement before it sends again (RDMA_OPTION_ID_ACK_TIMEOUT): 4.096 us times 2 to the
     * power of {@code exponent}. iWARP has none and refuses.
     */
    public abstract void setAckTimeout(RdmaCmId id, int exponent) throws IOException;

    /** Allows listening on an address that older connections still hold (RDMA_OPTION_ID_REUSEADDR). */
    public abstract void setReuseAddress(RdmaCmId id) throws IOException;
}
