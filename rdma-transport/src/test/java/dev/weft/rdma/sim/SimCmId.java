package dev.weft.rdma.sim;

import com.ibm.disni.verbs.IbvContext;
import com.ibm.disni.verbs.IbvQP;
import com.ibm.disni.verbs.RdmaCmEvent;
import com.ibm.disni.verbs.RdmaCmEvent.EventType;
import com.ibm.disni.verbs.RdmaCmId;
import com.ibm.disni.verbs.RdmaEventChannel;
import dev.weft.rdma.verbs.ConnectParameters;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;

/** A connection identifier and where its events go. */
final class SimCmId extends RdmaCmId {

    /** A channel of connection events. */
    static final class Channel extends RdmaEventChannel {
        final Deque<RdmaCmEvent> events = new ArrayDeque<>();

        Channel(int fd) throws IOException {
            super(fd);
        }
    }

    /** An event with all its parts. */
    private static final class Event extends RdmaCmEvent {
        Event(EventType type, int status, SimCmId listener, SimCmId id, byte[] privateData) throws IOException {
            super(type.ordinal(), listener, id);
            this.status = status;
            ConnectParameters parameters = new ConnectParameters();
            parameters.setPrivateData(privateData);
            conn = parameters;
        }
    }

    enum State {
        FRESH, BOUND, RESOLVED, CONNECTING, ASKED, CONNECTED, ENDED
    }

    final SimNode node;
    final Channel channel;
    State state = State.FRESH;
    InetSocketAddress source;
    InetSocketAddress destination;
    SimCmId peer;

    SimCmId(SimNode node, Channel channel) throws IOException {
        super(channel, null);
        this.node = node;
        this.channel = channel;
        node.ids.add(this);
    }

    @Override
    public IbvContext getVerbs() {
        return node.context;
    }

    @Override
    protected void setQp(IbvQP qp) {
        super.setQp(qp);
    }

    SimQp pair() {
        return (SimQp) getQp();
    }

    void tell(EventType type, int status) {
        tell(type, status, null, new byte[0]);
    }

    /** Events of an identifier that was destroyed are dropped, as the kernel drops them. */
    void tell(EventType type, int status, SimCmId listener, byte[] privateData) {
        if (!isOpen() || !channel.isOpen()) {
            return;
        }
        try {
            channel.events.add(new Event(type, status, listener, this, privateData));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        node.world.fds().readable(channel.getFd(), true);
    }
}
