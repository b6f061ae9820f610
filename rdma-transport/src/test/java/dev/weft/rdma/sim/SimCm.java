package dev.weft.rdma.sim;

import com.ibm.disni.verbs.IbvPd;
import com.ibm.disni.verbs.IbvQP;
import com.ibm.disni.verbs.IbvQPInitAttr;
import com.ibm.disni.verbs.RdmaCmEvent;
import com.ibm.disni.verbs.RdmaCmEvent.EventType;
import com.ibm.disni.verbs.RdmaCmId;
import com.ibm.disni.verbs.RdmaConnParam;
import com.ibm.disni.verbs.RdmaEventChannel;
import dev.weft.linux.Errno;
import dev.weft.rdma.verbs.ConnectParameters;
import dev.weft.rdma.verbs.ExtendedCm;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Arrays;

/** The connection manager of one node. Statuses are those of the kernel: reasons of InfiniBand's CM, or negative error numbers. */
public final class SimCm extends ExtendedCm {
    private static final int REJECT_NO_LISTENER = 8;
    private static final int REJECT_CONSUMER = 28;
    private static final int MAX_INLINE = 220;
    private static final long UNREACHABLE_NANOS = 500_000_000;

    private final SimNode node;
    private int nextPort = 40_000;

    SimCm(SimNode node) {
        this.node = node;
    }

    @Override
    public RdmaEventChannel createEventChannel() throws IOException {
        synchronized (node.world) {
            node.channels++;
            return new SimCmId.Channel(node.world.fds().open());
        }
    }

    @Override
    public RdmaCmId createId(RdmaEventChannel channel, short portSpace) throws IOException {
        synchronized (node.world) {
            return new SimCmId(node, (SimCmId.Channel) channel);
        }
    }

    @Override
    public void bindAddr(RdmaCmId id, SocketAddress address) throws IOException {
        synchronized (node.world) {
            InetSocketAddress local = (InetSocketAddress) address;
            if (!local.getAddress().equals(node.address) || node.faults().removed || node.faults().addressLost) {
                throw new IOException("rdma_bind_addr to " + address + " failed: " + Errno.describe(Errno.ENODEV));
            }
            ((SimCmId) id).source = local;
            ((SimCmId) id).state = SimCmId.State.BOUND;
        }
    }

    @Override
    public void listen(RdmaCmId id, int backlog) throws IOException {
        synchronized (node.world) {
            SimCmId of = (SimCmId) id;
            if (node.listeners.putIfAbsent(of.source.getPort(), of) != null) {
                throw new IOException("rdma_listen failed: " + Errno.describe(98));
            }
        }
    }

    @Override
    public void resolveAddr(RdmaCmId id, SocketAddress source, SocketAddress destination, int timeoutMillis) {
        synchronized (node.world) {
            SimCmId of = (SimCmId) id;
            of.source = new InetSocketAddress(node.address, nextPort++);
            of.destination = (InetSocketAddress) destination;
            boolean usable = !node.faults().removed && !node.faults().addressLost;
            boolean possible = usable && node.world.nodeAt(of.destination.getAddress()) != null;
            node.world.after(node.world.latency(), () -> {
                of.state = SimCmId.State.RESOLVED;
                of.tell(possible ? EventType.RDMA_CM_EVENT_ADDR_RESOLVED : EventType.RDMA_CM_EVENT_ADDR_ERROR,
                        possible ? 0 : -Errno.ENODEV);
            });
        }
    }

    @Override
    public void resolveRoute(RdmaCmId id, int timeoutMillis) {
        synchronized (node.world) {
            node.world.after(1_000, () -> ((SimCmId) id).tell(EventType.RDMA_CM_EVENT_ROUTE_RESOLVED, 0));
        }
    }

    @Override
    public IbvQP createQP(RdmaCmId id, IbvPd pd, IbvQPInitAttr attributes) throws IOException {
        synchronized (node.world) {
            if (node.faults().removed || node.faults().pairsToFail > 0) {
                node.faults().pairsToFail = Math.max(0, node.faults().pairsToFail - 1);
                throw new IOException("rdma_create_qp failed: " + Errno.describe(Errno.ENOMEM));
            }
            if (attributes.cap().getMax_inline_data() > MAX_INLINE) {
                throw new IOException("rdma_create_qp failed: " + Errno.describe(Errno.EINVAL));
            }
            SimQp pair = new SimQp(node, (SimPd) pd, (SimCq) attributes.getSend_cq(), (SimCq) attributes.getRecv_cq(),
                    attributes.cap().getMax_send_wr(), attributes.cap().getMax_recv_wr(), attributes.cap().getMax_inline_data());
            ((SimCmId) id).setQp(pair);
            return pair;
        }
    }

    @Override
    public void connect(RdmaCmId id, RdmaConnParam parameters) throws IOException {
        synchronized (node.world) {
            SimCmId of = (SimCmId) id;
            byte[] data = ConnectParameters.privateData(parameters);
            if (data.length > MAX_CONNECT_PRIVATE_DATA) {
                throw new IOException("rdma_connect failed: " + Errno.describe(Errno.EINVAL));
            }
            of.state = SimCmId.State.CONNECTING;
            node.world.after(2 * node.world.latency(), () -> ask(of, Arrays.copyOf(data, MAX_CONNECT_PRIVATE_DATA)));
        }
    }

    private void ask(SimCmId from, byte[] data) {
        if (from.state != SimCmId.State.CONNECTING || !from.isOpen()) {
            return;
        }
        SimNode target = node.world.nodeAt(from.destination.getAddress());
        SimFaults faults = target.faults();
        if (faults.connectsToIgnore > 0) {
            faults.connectsToIgnore--;
        } else if (faults.connectsUnreachable > 0 || !node.reaches(target) || !target.reaches(node)) {
            faults.connectsUnreachable = Math.max(0, faults.connectsUnreachable - 1);
            node.world.after(UNREACHABLE_NANOS, () -> end(from, EventType.RDMA_CM_EVENT_UNREACHABLE, -110));
        } else if (faults.connectsToReject > 0) {
            faults.connectsToReject--;
            end(from, EventType.RDMA_CM_EVENT_REJECTED, node.isIwarp() ? -104 : REJECT_CONSUMER);
        } else if (target.listeners.get(from.destination.getPort()) == null) {
            end(from, EventType.RDMA_CM_EVENT_REJECTED, node.isIwarp() ? -111 : REJECT_NO_LISTENER);
        } else {
            request(from, target, target.listeners.get(from.destination.getPort()), data);
        }
    }

    private static void end(SimCmId id, EventType type, int status) {
        if (id.pair() != null) {
            id.pair().fail();
        }
        id.state = SimCmId.State.ENDED;
        id.tell(type, status);
    }

    private static void request(SimCmId from, SimNode target, SimCmId listener, byte[] data) {
        try {
            SimCmId incoming = new SimCmId(target, listener.channel);
            incoming.state = SimCmId.State.ASKED;
            incoming.source = from.destination;
            incoming.destination = from.source;
            incoming.peer = from;
            from.peer = incoming;
            incoming.tell(EventType.RDMA_CM_EVENT_CONNECT_REQUEST, 0, listener, data);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void accept(RdmaCmId id, RdmaConnParam parameters) throws IOException {
        synchronized (node.world) {
            SimCmId of = (SimCmId) id;
            SimCmId asker = of.peer;
            if (of.state != SimCmId.State.ASKED || !asker.isOpen() || asker.state != SimCmId.State.CONNECTING) {
                throw new IOException("rdma_accept failed: " + Errno.describe(Errno.EINVAL));
            }
            byte[] data = ConnectParameters.privateData(parameters);
            of.state = SimCmId.State.CONNECTED;
            of.pair().connectedTo(asker.pair());
            node.world.after(node.world.latency(), () -> {
                if (asker.state == SimCmId.State.CONNECTING && asker.isOpen() && of.isOpen()) {
                    asker.state = SimCmId.State.CONNECTED;
                    asker.pair().connectedTo(of.pair());
                    asker.tell(EventType.RDMA_CM_EVENT_ESTABLISHED, 0, null, data);
                    // The first message may overtake this.
                    node.world.after(3 * node.world.latency(), () -> of.tell(EventType.RDMA_CM_EVENT_ESTABLISHED, 0));
                }
            });
        }
    }

    @Override
    public void reject(RdmaCmId id, byte[] privateData) {
        synchronized (node.world) {
            SimCmId asker = ((SimCmId) id).peer;
            ((SimCmId) id).state = SimCmId.State.ENDED;
            node.world.after(node.world.latency(), () -> {
                if (asker.state == SimCmId.State.CONNECTING) {
                    end(asker, EventType.RDMA_CM_EVENT_REJECTED, node.isIwarp() ? -104 : REJECT_CONSUMER);
                }
            });
        }
    }

    @Override
    public int disconnect(RdmaCmId id) {
        synchronized (node.world) {
            SimCmId of = (SimCmId) id;
            if (of.state != SimCmId.State.CONNECTED) {
                return -1;
            }
            of.state = SimCmId.State.ENDED;
            if (of.pair() != null) {
                of.pair().fail();
            }
            of.tell(EventType.RDMA_CM_EVENT_DISCONNECTED, 0);
            tellPeer(of);
            return 0;
        }
    }

    private void tellPeer(SimCmId of) {
        SimCmId peer = of.peer;
        node.world.after(20_000 + node.world.latency(), () -> {
            if (peer.state == SimCmId.State.CONNECTED && node.reaches(peer.node)) {
                peer.state = SimCmId.State.ENDED;
                if (peer.pair() != null) {
                    peer.pair().fail();
                }
                peer.tell(EventType.RDMA_CM_EVENT_DISCONNECTED, 0);
            }
        });
    }

    @Override
    public RdmaCmEvent getCmEvent(RdmaEventChannel channel, int timeoutMillis) {
        if (timeoutMillis != 0) {
            throw new UnsupportedOperationException("the simulation does not wait");
        }
        synchronized (node.world) {
            SimCmId.Channel from = (SimCmId.Channel) channel;
            RdmaCmEvent event = from.events.poll();
            node.world.fds().readable(from.getFd(), !from.events.isEmpty());
            return event;
        }
    }

    @Override
    public int ackCmEvent(RdmaCmEvent event) {
        return 0;
    }

    @Override
    public int destroyQP(RdmaCmId id) {
        synchronized (node.world) {
            SimQp pair = ((SimCmId) id).pair();
            if (pair != null && pair.isOpen()) {
                pair.close();
                pair.destroy();
            }
            return 0;
        }
    }

    @Override
    public int destroyCmId(RdmaCmId id) {
        synchronized (node.world) {
            SimCmId of = (SimCmId) id;
            if (!of.isOpen()) {
                throw new AssertionError("an identifier is destroyed twice");
            }
            if (of.pair() != null && of.pair().isOpen()) {
                throw new AssertionError("an identifier is destroyed before its queue pair");
            }
            boolean wasConnected = of.state == SimCmId.State.CONNECTED;
            boolean wasAsked = of.state == SimCmId.State.ASKED;
            if (wasAsked) {
                reject(id, new byte[0]);
            }
            of.state = SimCmId.State.ENDED;
            of.close();
            node.ids.remove(of);
            node.listeners.values().remove(of);
            if (wasConnected) {
                tellPeer(of);
            }
            return 0;
        }
    }

    @Override
    public int destroyEp(RdmaCmId id) {
        destroyQP(id);
        return destroyCmId(id);
    }

    @Override
    public int destroyEventChannel(RdmaEventChannel channel) {
        synchronized (node.world) {
            channel.close();
            node.channels--;
            node.world.fds().close(channel.getFd());
            return 0;
        }
    }

    @Override
    public SocketAddress getSrcAddr(RdmaCmId id) {
        return ((SimCmId) id).source;
    }

    @Override
    public SocketAddress getDstAddr(RdmaCmId id) {
        return ((SimCmId) id).destination;
    }

    @Override
    public void setAckTimeout(RdmaCmId id, int exponent) {
        throw new UnsupportedOperationException("links do not set it");
    }

    @Override
    public void setReuseAddress(RdmaCmId id) {
        throw new UnsupportedOperationException("links do not set it");
    }
}
