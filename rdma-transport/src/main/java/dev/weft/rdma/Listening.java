package dev.weft.rdma;

import com.ibm.disni.verbs.IbvContext;
import com.ibm.disni.verbs.RdmaCmEvent;
import com.ibm.disni.verbs.RdmaCmEvent.EventType;
import com.ibm.disni.verbs.RdmaCmId;
import dev.weft.link.LaneTransport;
import java.io.IOException;
import java.net.InetSocketAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An address that takes connections. When its device goes away the address is tried again now and then: devices come back, after a
 * driver was reset for instance.
 */
final class Listening {
    private static final Logger LOG = LoggerFactory.getLogger(Listening.class);
    private static final int BACKLOG = 64;

    private final RdmaLaneTransport transport;
    private final InetSocketAddress address;
    final LaneTransport.Acceptor acceptor;
    private RdmaCmId id;
    private RdmaLoop.Watch retry = () -> { };

    Listening(RdmaLaneTransport transport, InetSocketAddress address, LaneTransport.Acceptor acceptor) {
        this.transport = transport;
        this.address = address;
        this.acceptor = acceptor;
    }

    void start() throws IOException {
        if (address.getAddress() == null || address.getAddress().isAnyLocalAddress()) {
            throw new IOException("cannot listen on " + address + " over RDMA: name an address of an RDMA device, not the wildcard");
        }
        RdmaCmId fresh = transport.newId();
        try {
            transport.cm().bindAddr(fresh, address);
            transport.cm().listen(fresh, BACKLOG);
            transport.deviceOf(fresh); // looked after from now on
        } catch (IOException e) {
            transport.work(() -> transport.cm().destroyCmId(fresh));
            throw new IOException("cannot listen on " + address + " over RDMA: " + e.getMessage()
                    + "; the address must be that of an RDMA device and the port free", e);
        }
        id = fresh;
    }

    boolean isOf(RdmaCmId candidate) {
        return id != null && id == candidate;
    }

    /** A device is taken away, without an event. */
    void onDeviceGone(IbvContext device) {
        try {
            if (id != null && id.getVerbs() == device) {
                LOG.warn("listener on {}: the RDMA device was removed", address);
                drop();
                startAgain();
            }
        } catch (IOException e) {
            LOG.warn("listener on {}: {}", address, e.getMessage());
        }
    }

    /** An event of the listener itself, not of one of its connections. */
    void onEvent(RdmaCmEvent event) {
        EventType type = CmEvents.type(event);
        if (type == EventType.RDMA_CM_EVENT_DEVICE_REMOVAL || type == EventType.RDMA_CM_EVENT_ADDR_CHANGE) {
            LOG.warn("listener on {}: {}", address, CmEvents.describe(event));
            drop();
            startAgain();
        }
    }

    private void startAgain() {
        retry = transport.loop().after(transport.config().relistenNanos(), () -> {
            try {
                start();
                LOG.info("listening on {} over RDMA again", address);
            } catch (IOException e) {
                LOG.debug("{}", e.getMessage());
                startAgain();
            }
        });
    }

    private void drop() {
        RdmaCmId old = id;
        id = null;
        if (old != null) {
            transport.work(() -> transport.cm().destroyCmId(old));
        }
    }

    void stop() {
        retry.close();
        drop();
    }
}
