package dev.weft.rdma.verbs;

/**
 * Something happened to a device outside any request (ibv_get_async_event(3)).
 *
 * @param type    enum ibv_event_type, see the constants
 * @param port    port number of a port event, else 0
 * @param element address of the queue pair or completion queue of the event in the library, else 0
 */
public record AsyncEvent(int type, int port, long element) {
    public static final int CQ_ERR = 0;
    public static final int QP_FATAL = 1;
    public static final int QP_REQ_ERR = 2;
    public static final int QP_ACCESS_ERR = 3;
    public static final int DEVICE_FATAL = 8;
    public static final int PORT_ACTIVE = 9;
    public static final int PORT_ERR = 10;
    public static final int SRQ_ERR = 14;
    public static final int SRQ_LIMIT_REACHED = 15;
    public static final int QP_LAST_WQE_REACHED = 16;
    public static final int GID_CHANGE = 18;

    private static final String[] NAMES = {"CQ_ERR", "QP_FATAL", "QP_REQ_ERR", "QP_ACCESS_ERR", "COMM_EST", "SQ_DRAINED", "PATH_MIG",
        "PATH_MIG_ERR", "DEVICE_FATAL", "PORT_ACTIVE", "PORT_ERR", "LID_CHANGE", "PKEY_CHANGE", "SM_CHANGE", "SRQ_ERR",
        "SRQ_LIMIT_REACHED", "QP_LAST_WQE_REACHED", "CLIENT_REREGISTER", "GID_CHANGE", "WQ_FATAL"};

    /** Name of the type, as in verbs.h without its prefix. */
    public String name() {
        return type >= 0 && type < NAMES.length ? NAMES[type] : "event " + type;
    }
}
