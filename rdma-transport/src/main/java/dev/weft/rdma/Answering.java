package dev.weft.rdma;

import com.ibm.disni.verbs.RdmaCmEvent;
import com.ibm.disni.verbs.RdmaCmId;
import dev.weft.link.LaneTransport;
import dev.weft.link.LinkListener;
import java.io.IOException;
import java.net.InetSocketAddress;

/**
 * A connection another host asks for. The acceptor decides by its private data before a queue pair or memory is made, so a caller that is
 * refused costs one identifier for a moment.
 */
final class Answering extends Connection {
    private static final long ESTABLISH_MILLIS = 5_000;

    Answering(RdmaLaneTransport transport, RdmaCmId id) {
        super(transport, id);
    }

    void start(byte[] privateData, LaneTransport.Acceptor acceptor) {
        try {
            InetSocketAddress remote = (InetSocketAddress) transport.cm().getDstAddr(id);
            makeLink(transport.deviceOf(id), remote, false);
            LinkListener listener = acceptor.accept(link, remote, PrivateData.read(privateData));
            if (link.isEnded()) {
                return;
            }
            if (listener == null) {
                transport.cm().reject(id, new byte[0]);
                link.close();
                return;
            }
            link.listener(listener);
            limit(ESTABLISH_MILLIS, () -> fail("not established within " + ESTABLISH_MILLIS + " ms"));
            prepare();
        } catch (IOException e) {
            fail(e.getMessage());
        }
    }

    @Override
    void onPrepared() throws IOException {
        transport.cm().accept(id, PrivateData.parameters(new byte[0]));
    }

    @Override
    void onEvent(RdmaCmEvent event) {
        switch (CmEvents.type(event)) {
            case RDMA_CM_EVENT_ESTABLISHED -> {
                noLimit();
                link.up();
            }
            case RDMA_CM_EVENT_TIMEWAIT_EXIT -> logUnexpected(event);
            case null -> logUnexpected(event);
            default -> lost(event);
        }
    }

    @Override
    void onFailed(String reason) {
        // The link has told its listener.
    }
}
