package dev.weft.rdma;

import com.ibm.disni.verbs.RdmaCmEvent;
import com.ibm.disni.verbs.RdmaCmEvent.EventType;
import dev.weft.linux.Errno;

/** Connection events in words for people. */
public final class CmEvents {
    /** InfiniBand CM rejection: the service id is unknown, that is, nobody listens (IBA 12.6.7.2). */
    private static final int REJECT_INVALID_SERVICE_ID = 8;
    /** InfiniBand CM rejection: the listener said no. */
    private static final int REJECT_CONSUMER = 28;
    private static final int ECONNREFUSED = 111;

    private static final EventType[] TYPES = EventType.values();

    private CmEvents() {
    }

    /** @return null for an event this DiSNI does not know */
    public static EventType type(RdmaCmEvent event) {
        return event.getEvent() >= 0 && event.getEvent() < TYPES.length ? TYPES[event.getEvent()] : null;
    }

    public static String describe(RdmaCmEvent event) {
        int status = event.getStatus();
        return switch (type(event)) {
            case RDMA_CM_EVENT_ADDR_ERROR -> "no RDMA device leads there (" + error(status) + ")";
            case RDMA_CM_EVENT_ROUTE_ERROR -> "no RDMA route leads there (" + error(status) + ")";
            case RDMA_CM_EVENT_UNREACHABLE -> "the peer does not answer (" + error(status) + ")";
            case RDMA_CM_EVENT_REJECTED -> rejection(status);
            case RDMA_CM_EVENT_CONNECT_ERROR -> "the connection could not be set up (" + error(status) + ")";
            case RDMA_CM_EVENT_DISCONNECTED -> "the peer ended the connection";
            case RDMA_CM_EVENT_DEVICE_REMOVAL -> "the RDMA device was removed";
            case RDMA_CM_EVENT_ADDR_CHANGE -> "the address moved to another device";
            case null -> "unknown connection event " + event.getEvent();
            default -> "unexpected " + type(event) + " (" + error(status) + ")";
        };
    }

    private static String rejection(int status) {
        if (status == REJECT_INVALID_SERVICE_ID || -status == ECONNREFUSED) {
            return "nobody listens there";
        }
        return status == REJECT_CONSUMER ? "the peer refused" : "the peer refused (" + error(status) + ")";
    }

    /** iWARP and the kernel tell negative error numbers, InfiniBand's CM a reason code. */
    private static String error(int status) {
        return status < 0 ? Errno.describe(-status) : "status " + status;
    }
}
