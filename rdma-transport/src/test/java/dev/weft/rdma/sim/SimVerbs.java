package dev.weft.rdma.sim;

import com.ibm.disni.verbs.IbvCQ;
import com.ibm.disni.verbs.IbvCompChannel;
import com.ibm.disni.verbs.IbvContext;
import com.ibm.disni.verbs.IbvMr;
import com.ibm.disni.verbs.IbvPd;
import com.ibm.disni.verbs.IbvQP;
import com.ibm.disni.verbs.IbvRecvWR;
import com.ibm.disni.verbs.IbvSendWR;
import com.ibm.disni.verbs.IbvWC;
import com.ibm.disni.verbs.SVCDeregMr;
import com.ibm.disni.verbs.SVCPollCq;
import com.ibm.disni.verbs.SVCRegMr;
import com.ibm.disni.verbs.SVCReqNotify;
import dev.weft.linux.Errno;
import dev.weft.rdma.verbs.AsyncEvent;
import dev.weft.rdma.verbs.BatchPostRecv;
import dev.weft.rdma.verbs.BatchPostSend;
import dev.weft.rdma.verbs.DeviceAttributes;
import dev.weft.rdma.verbs.ExtendedVerbs;
import dev.weft.rdma.verbs.PortAttributes;
import dev.weft.rdma.verbs.RdmaDevice;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/** Verbs on the simulated device of one node. Not final: benchmarks replace the posts. */
public class SimVerbs extends ExtendedVerbs {
    private static final int MAX_COMPLETIONS = 65_536;

    private final SimNode node;

    SimVerbs(SimNode node) {
        this.node = node;
    }

    @Override
    public List<RdmaDevice> devices() {
        return List.of(node.device);
    }

    @Override
    public RdmaDevice device(IbvContext context) {
        return node.device;
    }

    @Override
    public boolean isPresent(IbvContext context) {
        synchronized (node.world) {
            return !node.faults().removed && !node.faults().leaving;
        }
    }

    @Override
    public void letGo(IbvContext context) {
        synchronized (node.world) {
            node.letGo();
        }
    }

    @Override
    public DeviceAttributes queryDevice(IbvContext context) {
        return new DeviceAttributes("sim", 0, 1L << 40, 1024, 4096, 4, MAX_COMPLETIONS, 1024, 16, 16, false, 1);
    }

    @Override
    public PortAttributes queryPort(IbvContext context, int port) {
        return new PortAttributes(4, 1024, 1 << 30, 1, true);
    }

    @Override
    public byte[] queryGid(IbvContext context, int port, int index) {
        byte[] ip = node.address.getAddress();
        byte[] gid = new byte[16];
        if (node.faults().addressLost) {
            return gid;
        }
        if (ip.length == 4) {
            gid[10] = -1;
            gid[11] = -1;
        }
        System.arraycopy(ip, 0, gid, 16 - ip.length, ip.length);
        return gid;
    }

    @Override
    public int asyncFd(IbvContext context) {
        return node.context.asyncFd;
    }

    @Override
    public AsyncEvent takeAsyncEvent(IbvContext context) {
        synchronized (node.world) {
            AsyncEvent event = node.asyncEvents.poll();
            node.world.fds().readable(node.context.asyncFd, !node.asyncEvents.isEmpty());
            return event;
        }
    }

    @Override
    public IbvPd allocPd(IbvContext context) throws IOException {
        synchronized (node.world) {
            refuseWhenRemoved();
            return new SimPd(node.context);
        }
    }

    private void refuseWhenRemoved() throws IOException {
        if (node.faults().removed) {
            throw new IOException("the device is gone: " + Errno.describe(Errno.ENODEV));
        }
    }

    @Override
    public IbvCompChannel createCompChannel(IbvContext context) throws IOException {
        synchronized (node.world) {
            refuseWhenRemoved();
            return new SimCompChannel(node.context);
        }
    }

    @Override
    public IbvCQ createCQ(IbvContext context, IbvCompChannel channel, int entries, int vector) throws IOException {
        synchronized (node.world) {
            refuseWhenRemoved();
            if (entries < 1 || entries > MAX_COMPLETIONS) {
                throw new IOException("completion queue of " + entries + ": " + Errno.describe(Errno.EINVAL));
            }
            return new SimCq(node.context, (SimCompChannel) channel, entries);
        }
    }

    @Override
    public boolean getCqEvent(IbvCompChannel channel, IbvCQ cq, int timeoutMillis) {
        if (timeoutMillis != 0) {
            throw new UnsupportedOperationException("the simulation does not wait");
        }
        synchronized (node.world) {
            SimCompChannel from = (SimCompChannel) channel;
            boolean had = from.events.poll() != null;
            node.world.fds().readable(from.getFd(), !from.events.isEmpty());
            return had;
        }
    }

    @Override
    public int ackCqEvents(IbvCQ cq, int events) {
        return 0;
    }

    @Override
    public IbvMr register(IbvPd pd, long address, long lengthBytes, int access) throws IOException {
        synchronized (node.world) {
            refuseWhenRemoved();
            if (node.faults().registrationsToFail > 0) {
                node.faults().registrationsToFail--;
                throw new IOException("registration of " + lengthBytes + " bytes failed: " + Errno.describe(Errno.ENOMEM));
            }
            SimMr region = new SimMr((SimPd) pd, address, lengthBytes, access, node.world.number());
            node.regions.put(region.getLkey(), region);
            region.domain.users++;
            return region;
        }
    }

    @Override
    public SVCDeregMr deregMr(IbvMr mr) {
        return new SimCalls.DeregMr(node, (SimMr) mr);
    }

    @Override
    public BatchPostSend postSend(IbvQP qp, List<IbvSendWR> requests, List<IbvSendWR> refused) {
        return new SimCalls.PostSend((SimQp) qp, requests);
    }

    @Override
    public BatchPostRecv postRecv(IbvQP qp, List<IbvRecvWR> requests, List<IbvRecvWR> refused) {
        return new SimCalls.PostRecv((SimQp) qp, requests);
    }

    @Override
    public SVCPollCq pollCQ(IbvCQ cq, IbvWC[] completions, int most) {
        return new SimCalls.PollCq(node, (SimCq) cq, completions, most);
    }

    @Override
    public SVCReqNotify reqNotifyCQ(IbvCQ cq, boolean solicitedOnly) {
        return new SimCalls.ReqNotify(node, (SimCq) cq);
    }

    @Override
    public int destroyCompChannel(IbvCompChannel channel) {
        synchronized (node.world) {
            SimCompChannel of = (SimCompChannel) channel;
            if (of.users != 0) {
                throw new AssertionError("a completion channel is destroyed with " + of.users + " queues on it");
            }
            of.close();
            node.channels--;
            node.world.fds().close(of.getFd());
            return 0;
        }
    }

    @Override
    public int deallocPd(IbvPd pd) {
        synchronized (node.world) {
            SimPd of = (SimPd) pd;
            if (of.users != 0) {
                throw new AssertionError("a protection domain is freed with " + of.users + " things in it");
            }
            of.close();
            node.domains--;
            return 0;
        }
    }

    @Override
    public int destroyCQ(IbvCQ cq) {
        synchronized (node.world) {
            SimCq of = (SimCq) cq;
            if (of.users != 0) {
                throw new AssertionError("a completion queue is destroyed with " + of.users + " queue pairs on it");
            }
            of.close();
            of.destroyed();
            return 0;
        }
    }

    @Override
    public int queryState(IbvQP qp) {
        return qp.getState();
    }

    @Override
    public void fail(IbvQP qp) {
        synchronized (node.world) {
            ((SimQp) qp).fail();
        }
    }

    @Override
    public SVCRegMr regMr(IbvPd pd, ByteBuffer buffer, int access) {
        throw new UnsupportedOperationException("links register by address");
    }

    @Override
    public SVCRegMr regMr(IbvPd pd, long address, int length, int access) {
        throw new UnsupportedOperationException("links register by address");
    }

    @Override
    public int queryOdpSupport(IbvContext context) {
        return -1;
    }

    @Override
    public int expPrefetchMr(IbvMr mr, long address, int length) {
        return -1;
    }
}
