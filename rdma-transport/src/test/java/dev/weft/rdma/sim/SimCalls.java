package dev.weft.rdma.sim;

import com.ibm.disni.verbs.IbvRecvWR;
import com.ibm.disni.verbs.IbvSendWR;
import com.ibm.disni.verbs.IbvSge;
import com.ibm.disni.verbs.IbvWC;
import com.ibm.disni.verbs.IbvWC.IbvWcOpcode;
import com.ibm.disni.verbs.SVCDeregMr;
import com.ibm.disni.verbs.SVCPollCq;
import com.ibm.disni.verbs.SVCPostRecv;
import com.ibm.disni.verbs.SVCPostSend;
import com.ibm.disni.verbs.SVCReqNotify;
import dev.weft.linux.Errno;
import dev.weft.rdma.verbs.BatchPostRecv;
import dev.weft.rdma.verbs.BatchPostSend;
import java.io.IOException;
import java.util.List;

/** Stateful verb calls on simulated queues. */
final class SimCalls {

    private SimCalls() {
    }

    /** A scatter/gather element that can be changed in place. */
    private static final class Sge extends IbvSge implements SVCPostSend.SgeMod {
        Sge(IbvSge from) {
            addr = from.getAddr();
            length = from.getLength();
            lkey = from.getLkey();
        }

        SimQp.Element element() {
            return new SimQp.Element(addr, length, lkey);
        }
    }

    private static Sge[] elements(List<IbvSge> from) {
        return from.stream().map(Sge::new).toArray(Sge[]::new);
    }

    private static SimQp.Element[] snapshot(Sge[] from) {
        SimQp.Element[] to = new SimQp.Element[from.length];
        for (int i = 0; i < from.length; i++) {
            to[i] = from[i].element();
        }
        return to;
    }

    /** A send, write or read request; atomics are not simulated. */
    private static final class SendRequest implements SVCPostSend.SendWRMod, SVCPostSend.RdmaMod {
        private final int opcode;
        private long remoteAddress;
        private int remoteKey;
        private final Sge[] elements;
        private long id;
        private int flags;

        SendRequest(IbvSendWR from) {
            opcode = from.getOpcode();
            elements = elements(from.getSg_list());
            id = from.getWr_id();
            flags = from.getSend_flags();
            remoteAddress = from.getRdma().getRemote_addr();
            remoteKey = from.getRdma().getRkey();
        }

        /** @return null for what is not simulated */
        SimQp.Operation operation() {
            IbvWcOpcode told = opcode == IbvSendWR.IBV_WR_SEND ? IbvWcOpcode.IBV_WC_SEND
                    : opcode == IbvSendWR.IBV_WR_RDMA_WRITE ? IbvWcOpcode.IBV_WC_RDMA_WRITE
                    : opcode == IbvSendWR.IBV_WR_RDMA_READ ? IbvWcOpcode.IBV_WC_RDMA_READ : null;
            return told == null ? null : new SimQp.Operation(told, remoteAddress, remoteKey);
        }

        @Override
        public void setWr_id(long to) {
            id = to;
        }

        @Override
        public void setSend_flags(int to) {
            flags = to;
        }

        @Override
        public long getWr_id() {
            return id;
        }

        @Override
        public int getNum_sge() {
            return elements.length;
        }

        @Override
        public int getOpcode() {
            return opcode;
        }

        @Override
        public int getSend_flags() {
            return flags;
        }

        @Override
        public SVCPostSend.RdmaMod getRdmaMod() {
            return this;
        }

        @Override
        public void setRemote_addr(long address) {
            remoteAddress = address;
        }

        @Override
        public long getRemote_addr() {
            return remoteAddress;
        }

        @Override
        public void setRkey(int key) {
            remoteKey = key;
        }

        @Override
        public int getRkey() {
            return remoteKey;
        }

        @Override
        public void setReserved(int reserved) {
            // padding behind the key
        }

        @Override
        public int getReserved() {
            return 0;
        }

        @Override
        public SVCPostSend.SgeMod getSgeMod(int index) {
            return elements[index];
        }
    }

    static final class PostSend extends BatchPostSend {
        private final SimQp qp;
        private final SendRequest[] requests;
        private int posted;
        private boolean valid = true;

        PostSend(SimQp qp, List<IbvSendWR> list) {
            this.qp = qp;
            requests = list.stream().map(SendRequest::new).toArray(SendRequest[]::new);
        }

        @Override
        public int post(int count) {
            synchronized (qp.node.world) {
                for (posted = 0; posted < count; posted++) {
                    SendRequest request = requests[posted];
                    SimQp.Operation operation = request.operation();
                    if (operation == null) {
                        return Errno.EOPNOTSUPP;
                    }
                    int error = qp.postSend(request.id, operation, (request.flags & IbvSendWR.IBV_SEND_SIGNALED) != 0,
                            (request.flags & IbvSendWR.IBV_SEND_INLINE) != 0, snapshot(request.elements));
                    if (error != 0) {
                        return error;
                    }
                }
                return 0;
            }
        }

        @Override
        public int posted() {
            return posted;
        }

        @Override
        public SendWRMod getWrMod(int index) {
            return requests[index];
        }

        @Override
        public SVCPostSend execute() throws IOException {
            int error = post(requests.length);
            if (error != 0) {
                throw new IOException(Errno.describe(error));
            }
            return this;
        }

        @Override
        public boolean isValid() {
            return valid;
        }

        @Override
        public SVCPostSend free() {
            valid = false;
            return this;
        }
    }

    private static final class ReceiveRequest implements BatchPostRecv.RecvRequest {
        private final Sge[] elements;
        private long id;

        ReceiveRequest(IbvRecvWR from) {
            elements = elements(from.getSg_list());
            id = from.getWr_id();
        }

        @Override
        public void setWr_id(long to) {
            id = to;
        }

        @Override
        public long getWr_id() {
            return id;
        }

        @Override
        public SVCPostSend.SgeMod getSgeMod(int index) {
            return elements[index];
        }
    }

    static final class PostRecv extends BatchPostRecv {
        private final SimQp qp;
        private final ReceiveRequest[] requests;
        private boolean valid = true;

        PostRecv(SimQp qp, List<IbvRecvWR> list) {
            this.qp = qp;
            requests = list.stream().map(ReceiveRequest::new).toArray(ReceiveRequest[]::new);
        }

        @Override
        public int post(int count) {
            synchronized (qp.node.world) {
                for (int i = 0; i < count; i++) {
                    int error = qp.postReceive(new SimQp.Receive(requests[i].id, requests[i].elements[0].element()));
                    if (error != 0) {
                        return error;
                    }
                }
                return 0;
            }
        }

        @Override
        public RecvRequest getWrMod(int index) {
            return requests[index];
        }

        @Override
        public SVCPostRecv execute() throws IOException {
            int error = post(requests.length);
            if (error != 0) {
                throw new IOException(Errno.describe(error));
            }
            return this;
        }

        @Override
        public boolean isValid() {
            return valid;
        }

        @Override
        public SVCPostRecv free() {
            valid = false;
            return this;
        }
    }

    static final class PollCq extends SVCPollCq {
        private final SimNode node;
        private final SimCq cq;
        private final IbvWC[] to;
        private final int most;
        private int count;
        private boolean valid = true;

        PollCq(SimNode node, SimCq cq, IbvWC[] to, int most) {
            this.node = node;
            this.cq = cq;
            this.to = to;
            this.most = most;
        }

        @Override
        public SVCPollCq execute() throws IOException {
            synchronized (node.world) {
                if (!cq.isOpen()) {
                    throw new AssertionError("poll of a destroyed completion queue");
                }
                count = cq.take(to, most);
                return this;
            }
        }

        @Override
        public int getPolls() {
            return count;
        }

        @Override
        public boolean isValid() {
            return valid;
        }

        @Override
        public SVCPollCq free() {
            valid = false;
            return this;
        }
    }

    static final class ReqNotify extends SVCReqNotify {
        private final SimNode node;
        private final SimCq cq;
        private boolean valid = true;

        ReqNotify(SimNode node, SimCq cq) {
            this.node = node;
            this.cq = cq;
        }

        @Override
        public SVCReqNotify execute() {
            synchronized (node.world) {
                cq.arm();
                return this;
            }
        }

        @Override
        public boolean isValid() {
            return valid;
        }

        @Override
        public SVCReqNotify free() {
            valid = false;
            return this;
        }
    }

    static final class DeregMr extends SVCDeregMr {
        private final SimNode node;
        private final SimMr region;
        private boolean valid = true;

        DeregMr(SimNode node, SimMr region) {
            this.node = node;
            this.region = region;
        }

        @Override
        public SVCDeregMr execute() {
            synchronized (node.world) {
                if (node.regions.remove(region.getLkey()) == null) {
                    throw new AssertionError("a region is deregistered twice");
                }
                for (SimQp pair : node.pairs) {
                    if (pair.domain == region.domain) {
                        throw new AssertionError("memory is deregistered while a queue pair can still use it");
                    }
                }
                region.close();
                region.domain.users--;
                return this;
            }
        }

        @Override
        public boolean isValid() {
            return valid;
        }

        @Override
        public SVCDeregMr free() {
            valid = false;
            return this;
        }
    }
}
