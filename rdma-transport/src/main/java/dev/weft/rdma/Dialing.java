package dev.weft.rdma;

import com.ibm.disni.verbs.RdmaCmEvent;
import com.ibm.disni.verbs.RdmaCmId;
import dev.weft.link.LaneTransport;
import java.io.IOException;
import java.net.InetSocketAddress;

/**
 * A connection this side asks for.
 *
 * <pre>
 *   resolve address --> resolve route --> make queues --> connect --> established
 *        |                  |                 |              |            |
 *        +------------------+-----------------+--------------+--> failed  +--> link up, later lost
 * </pre>
 *
 * The time limit covers the whole. Nothing here trusts librdmacm to come back by itself: iWARP in software makes its TCP connection within
 * the call, which takes two minutes when the peer's port is unreachable.
 */
final class Dialing extends Connection {
    private static final int RESOLVE_MILLIS = 2_000;

    private final InetSocketAddress remote;
    private final byte[] privateData;
    private final LaneTransport.ConnectHandler handler;
    private boolean settled;

    Dialing(RdmaLaneTransport transport, RdmaCmId id, InetSocketAddress remote, byte[] privateData,
            LaneTransport.ConnectHandler handler) {
        super(transport, id);
        this.remote = remote;
        this.privateData = privateData;
        this.handler = handler;
    }

    void start(InetSocketAddress local, long timeoutMillis) {
        limit(timeoutMillis, () -> fail("not established within " + timeoutMillis + " ms"));
        try {
            InetSocketAddress source = local == null ? null : new InetSocketAddress(local.getAddress(), 0);
            transport.cm().resolveAddr(id, source, remote, RESOLVE_MILLIS);
        } catch (IOException e) {
            fail(e.getMessage());
        }
    }

    @Override
    void onEvent(RdmaCmEvent event) {
        try {
            switch (CmEvents.type(event)) {
                case RDMA_CM_EVENT_ADDR_RESOLVED -> transport.cm().resolveRoute(id, RESOLVE_MILLIS);
                case RDMA_CM_EVENT_ROUTE_RESOLVED -> {
                    makeLink(transport.deviceOf(id), remote, true);
                    prepare();
                }
                case RDMA_CM_EVENT_ESTABLISHED -> established();
                case RDMA_CM_EVENT_TIMEWAIT_EXIT -> logUnexpected(event);
                case null -> logUnexpected(event);
                default -> {
                    if (settled) {
                        lost(event);
                    } else {
                        fail(CmEvents.describe(event));
                    }
                }
            }
        } catch (IOException e) {
            fail(e.getMessage());
        }
    }

    @Override
    void onPrepared() {
        callApart(() -> transport.cm().connect(id, PrivateData.parameters(privateData)));
    }

    /** Whether the kernel is still at work on a connection to that address. */
    boolean isCalling(InetSocketAddress address) {
        return remote.equals(address) && !idle().isDone();
    }

    private void established() {
        if (settled || link == null || link.isEnded()) {
            return;
        }
        settled = true;
        noLimit();
        link.up();
        link.listener(handler.onConnected(link));
    }

    @Override
    void onFailed(String reason) {
        if (!settled) {
            settled = true;
            handler.onFailed("cannot connect to " + remote + " over RDMA: " + reason);
        }
    }
}
