package dev.weft.rdma.sim;

import com.ibm.disni.verbs.IbvQP;
import com.ibm.disni.verbs.IbvWC.IbvWcOpcode;
import com.ibm.disni.verbs.IbvWC.IbvWcStatus;
import dev.weft.linux.Errno;
import dev.weft.linux.Memory;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/**
 * A queue pair. A message takes the same steps as on a device, each an event of its own:
 *
 * <pre>
 *   post --> leave: bytes read from memory --> arrive: receive slot taken, bytes written, completion --> acknowledged: completion
 *              ^                                 |  lost
 *              +---- after the retry time -------+---- out of retries, or no receive slot: error, both queues flushed
 * </pre>
 *
 * RDMA writes and reads go the same way without a receive slot; what a read brings is written when it is acknowledged.
 */
final class SimQp extends IbvQP {
    private static final long RETRY_NANOS = 200_000_000;
    private static final int RETRIES = 7;
    private static final int WIRE_BYTES_PER_NANO_SHIFT = 1;

    /** One piece of memory. */
    record Element(long address, int length, int key) {
    }

    /** What is to be done; the remote side only for {@code WRITE} and {@code READ}. */
    record Operation(IbvWcOpcode opcode, long remoteAddress, int remoteKey) {
    }

    /** A posted work request; {@code inline} holds bytes copied when it was posted. */
    private static final class Send {
        final long id;
        final int index;
        final Operation operation;
        final boolean signaled;
        final Element[] elements;
        final byte[] inline;
        byte[] fetched;
        boolean told;

        Send(long id, int index, Operation operation, boolean signaled, Element[] elements, byte[] inline) {
            this.id = id;
            this.index = index;
            this.operation = operation;
            this.signaled = signaled;
            this.elements = elements;
            this.inline = inline;
        }

        boolean isRead() {
            return operation.opcode == IbvWcOpcode.IBV_WC_RDMA_READ;
        }
    }

    record Receive(long id, Element element) {
    }

    final SimNode node;
    final SimPd domain;
    final SimCq sendQueue;
    final SimCq receiveQueue;
    final int maxSends;
    final int maxReceives;
    final int maxInline;
    SimQp remote;
    private final Deque<Receive> receives = new ArrayDeque<>();
    /** Not left yet, or to leave again. */
    private final Deque<Send> underWay = new ArrayDeque<>();
    /** On the wire. */
    private final Deque<Send> unacknowledged = new ArrayDeque<>();
    /** Arrived; the acknowledgement is on the wire. */
    private final Deque<Send> unconfirmed = new ArrayDeque<>();
    private long wireFreeAt;
    private long lastArrival;
    private int posted;
    private int reaped;
    private boolean destroyed;

    SimQp(SimNode node, SimPd domain, SimCq sendQueue, SimCq receiveQueue, int maxSends, int maxReceives, int maxInline)
            throws IOException {
        super(node.world.number());
        this.node = node;
        this.domain = domain;
        this.sendQueue = sendQueue;
        this.receiveQueue = receiveQueue;
        this.maxSends = maxSends;
        this.maxReceives = maxReceives;
        this.maxInline = maxInline;
        state = IBV_QPS_INIT;
        send_cq = sendQueue;
        recv_cq = receiveQueue;
        domain.users++;
        sendQueue.users++;
        receiveQueue.users++;
        node.pairs.add(this);
    }

    int number() {
        return qp_num;
    }

    void connectedTo(SimQp other) {
        remote = other;
        state = IBV_QPS_RTS;
    }

    // ---- posting -------------------------------------------------------------------------------------------------------------

    int postReceive(Receive receive) {
        if (destroyed) {
            throw new AssertionError("receive posted to a destroyed queue pair");
        }
        if (receives.size() == maxReceives) {
            return Errno.ENOMEM;
        }
        if (state == IBV_QPS_ERR) {
            complete(receiveQueue, receive.id, IbvWcStatus.IBV_WC_WR_FLUSH_ERR, IbvWcOpcode.IBV_WC_RECV, 0, -1);
        } else {
            receives.add(receive);
        }
        return 0;
    }

    int postSend(long id, Operation operation, boolean signaled, boolean inline, Element[] elements) {
        if (destroyed) {
            throw new AssertionError("send posted to a destroyed queue pair");
        }
        if (state != IBV_QPS_RTS && state != IBV_QPS_ERR) {
            return Errno.EINVAL;
        }
        if (posted - reaped == maxSends || node.faults().postsToRefuse-- > 0) {
            return Errno.ENOMEM;
        }
        if (inline && length(elements) > maxInline) {
            return Errno.EINVAL;
        }
        posted++;
        Send send = new Send(id, posted, operation, signaled, elements, inline ? gather(elements, false) : null);
        if (state == IBV_QPS_ERR) {
            complete(sendQueue, id, IbvWcStatus.IBV_WC_WR_FLUSH_ERR, operation.opcode, 0, posted);
            return 0;
        }
        underWay.add(send);
        wireFreeAt = Math.max(wireFreeAt, node.world.now()) + (length(elements) >> WIRE_BYTES_PER_NANO_SHIFT) + 300;
        node.world.after(wireFreeAt - node.world.now(), () -> leave(send, RETRIES));
        return 0;
    }

    /** A completion of a send was taken by the program: its place in the send queue and those before it are free. */
    void reaped(int sendIndex) {
        if (sendIndex > reaped) {
            reaped = sendIndex;
        }
    }

    private static int length(Element[] elements) {
        return Arrays.stream(elements).mapToInt(Element::length).sum();
    }

    /** @return null when an element is not registered memory of this queue pair's domain */
    private byte[] gather(Element[] elements, boolean checked) {
        byte[] bytes = new byte[length(elements)];
        int at = 0;
        for (Element element : elements) {
            if (checked && !isRegistered(element, false)) {
                return null;
            }
            byte[] part = Memory.toArray(element.address, element.length);
            System.arraycopy(part, 0, bytes, at, part.length);
            at += part.length;
        }
        return bytes;
    }

    private boolean isRegistered(Element element, boolean writing) {
        SimMr region = node.regions.get(element.key);
        return region != null && region.domain == domain && region.covers(element.address, element.length)
                && (!writing || region.mayBeWritten());
    }

    // ---- on the wire ---------------------------------------------------------------------------------------------------------

    private void leave(Send send, int retries) {
        if (destroyed || state == IBV_QPS_ERR || !underWay.contains(send)) {
            return;
        }
        if (node.faults().stalled || underWay.peek() != send) {
            node.world.after(500_000, () -> leave(send, retries)); // held back, or behind one that is
            return;
        }
        byte[] bytes = send.isRead() ? new byte[0] : send.inline != null ? send.inline : gather(send.elements, true);
        if (bytes == null) {
            failWith(send, IbvWcStatus.IBV_WC_LOC_PROT_ERR);
            return;
        }
        if (retries == RETRIES && node.faults().sendsToFailure-- == 0) {
            node.faults().sendsToFailure = Integer.MAX_VALUE;
            failWith(send, node.faults().failure);
            return;
        }
        if (!node.reaches(remote.node)) {
            retryOrFail(send, retries);
            return;
        }
        SimQp to = remote;
        lastArrival = Math.max(lastArrival + 1, node.world.now() + node.world.latency());
        node.world.after(lastArrival - node.world.now(), () -> to.arrive(this, send, bytes, retries));
        underWay.remove(send);
        unacknowledged.add(send);
        if (node.isIwarp() && !send.isRead()) {
            tell(send); // for iWARP a message is sent when TCP has it
        }
    }

    private void retryOrFail(Send send, int retries) {
        if (retries == 0) {
            failWith(send, IbvWcStatus.IBV_WC_RETRY_EXC_ERR);
        } else {
            node.world.after(RETRY_NANOS, () -> leave(send, retries - 1));
        }
    }

    private void arrive(SimQp from, Send send, byte[] bytes, int retries) {
        if (destroyed || state != IBV_QPS_RTS || remote != from) {
            from.peerGone(send);
            return;
        }
        if (!from.node.reaches(node) || from.hasEarlier(send)) {
            from.again(send, retries); // lost; what comes behind it is discarded here and sent again
            return;
        }
        if (send.operation.opcode != IbvWcOpcode.IBV_WC_SEND) {
            oneSided(from, send, bytes);
            return;
        }
        Receive slot = node.faults().slotsToMiss-- > 0 ? null : receives.poll();
        if (slot == null) {
            node.world.countRnr();
            from.failWith(send, IbvWcStatus.IBV_WC_RNR_RETRY_EXC_ERR);
            return;
        }
        if (node.faults().receivesToFailure-- == 0) {
            node.faults().receivesToFailure = Integer.MAX_VALUE;
            complete(receiveQueue, slot.id, node.faults().receiveFailure, IbvWcOpcode.IBV_WC_RECV, 0, -1);
            fail();
            from.failWith(send, IbvWcStatus.IBV_WC_REM_OP_ERR);
            return;
        }
        if (bytes.length > slot.element.length || !isRegistered(slot.element, true)) {
            boolean tooLong = bytes.length > slot.element.length;
            complete(receiveQueue, slot.id, tooLong ? IbvWcStatus.IBV_WC_LOC_LEN_ERR : IbvWcStatus.IBV_WC_LOC_PROT_ERR,
                    IbvWcOpcode.IBV_WC_RECV, 0, -1);
            fail();
            from.failWith(send, tooLong ? IbvWcStatus.IBV_WC_REM_INV_REQ_ERR : IbvWcStatus.IBV_WC_REM_OP_ERR);
            return;
        }
        Memory.fromArray(bytes, slot.element.address);
        from.arrived(send);
        complete(receiveQueue, slot.id, IbvWcStatus.IBV_WC_SUCCESS, IbvWcOpcode.IBV_WC_RECV, bytes.length, -1);
        node.world.after(node.world.latency(), () -> from.acknowledged(send, this, RETRIES));
    }

    /** A write or a read of this side's memory, of which its program learns nothing. */
    private void oneSided(SimQp from, Send send, byte[] bytes) {
        int length = send.isRead() ? length(send.elements) : bytes.length;
        SimMr region = node.regions.get(send.operation.remoteKey);
        if (region == null || region.domain != domain || !region.covers(send.operation.remoteAddress, length)
                || !(send.isRead() ? region.mayBeReadRemotely() : region.mayBeWrittenRemotely())) {
            fail();
            from.failWith(send, IbvWcStatus.IBV_WC_REM_ACCESS_ERR);
            return;
        }
        if (send.isRead()) {
            send.fetched = Memory.toArray(send.operation.remoteAddress, length);
        } else {
            Memory.fromArray(bytes, send.operation.remoteAddress);
        }
        from.arrived(send);
        node.world.after(node.world.latency(), () -> from.acknowledged(send, this, RETRIES));
    }

    /** Whether a message before this one is to be sent again. */
    private boolean hasEarlier(Send send) {
        return !underWay.isEmpty() && underWay.peek().index < send.index;
    }

    private void arrived(Send send) {
        unacknowledged.remove(send);
        unconfirmed.add(send);
    }

    /** Lost after it had left: sent again after the retry time, in order. */
    private void again(Send send, int retries) {
        if (unacknowledged.remove(send)) {
            Deque<Send> later = new ArrayDeque<>();
            while (!underWay.isEmpty() && underWay.peekLast().index > send.index) {
                later.push(underWay.pollLast());
            }
            underWay.add(send);
            underWay.addAll(later);
            retryOrFail(send, retries);
        }
    }

    private void peerGone(Send send) {
        if (node.isIwarp()) {
            fail(); // TCP resets
        } else {
            node.world.after(RETRY_NANOS * RETRIES, () -> failWith(send, IbvWcStatus.IBV_WC_RETRY_EXC_ERR));
        }
    }

    /** The acknowledgement of a message that arrived; when it is lost, the device asks again. */
    private void acknowledged(Send send, SimQp by, int retries) {
        if (state != IBV_QPS_RTS || destroyed) {
            return;
        }
        if (by.node.reaches(node)) {
            unconfirmed.remove(send);
            if (send.isRead()) {
                scatter(send);
            }
            tell(send);
        } else if (retries == 0) {
            failWith(send, IbvWcStatus.IBV_WC_RETRY_EXC_ERR);
        } else {
            node.world.after(RETRY_NANOS, () -> acknowledged(send, by, retries - 1));
        }
    }

    private void scatter(Send send) {
        int at = 0;
        for (Element element : send.elements) {
            if (!isRegistered(element, true)) {
                failWith(send, IbvWcStatus.IBV_WC_LOC_PROT_ERR);
                return;
            }
            Memory.fromArray(Arrays.copyOfRange(send.fetched, at, at + element.length), element.address);
            at += element.length;
        }
    }

    private void tell(Send send) {
        if (!send.told) {
            send.told = true;
            if (send.signaled) {
                complete(sendQueue, send.id, IbvWcStatus.IBV_WC_SUCCESS, send.operation.opcode, 0, send.index);
            }
        }
    }

    // ---- the end -------------------------------------------------------------------------------------------------------------

    private void failWith(Send send, IbvWcStatus status) {
        if (state == IBV_QPS_ERR || destroyed) {
            return;
        }
        if (!send.told) {
            send.told = true;
            complete(sendQueue, send.id, status, send.operation.opcode, 0, send.index);
        }
        fail();
    }

    /** To the error state: what is posted is flushed. */
    void fail() {
        if (state == IBV_QPS_ERR || destroyed) {
            return;
        }
        state = IBV_QPS_ERR;
        for (Deque<Send> queue : List.of(unconfirmed, unacknowledged, underWay)) {
            while (!queue.isEmpty()) {
                Send send = queue.poll();
                if (!send.told) {
                    complete(sendQueue, send.id, IbvWcStatus.IBV_WC_WR_FLUSH_ERR, send.operation.opcode, 0, send.index);
                }
            }
        }
        while (!receives.isEmpty()) {
            complete(receiveQueue, receives.poll().id, IbvWcStatus.IBV_WC_WR_FLUSH_ERR, IbvWcOpcode.IBV_WC_RECV, 0, -1);
        }
    }

    private void complete(SimCq queue, long id, IbvWcStatus status, IbvWcOpcode opcode, int length, int sendIndex) {
        queue.add(new SimCq.Completion(this, id, status.ordinal(), opcode.getOpcode(), length, sendIndex));
    }

    /** Completions that were not taken stay in their queues, as they do on a real device: the program must tell them apart. */
    void destroy() {
        destroyed = true;
        domain.users--;
        sendQueue.users--;
        receiveQueue.users--;
        node.pairs.remove(this);
    }
}
