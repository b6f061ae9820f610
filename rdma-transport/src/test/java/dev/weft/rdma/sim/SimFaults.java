package dev.weft.rdma.sim;

import com.ibm.disni.verbs.IbvWC.IbvWcStatus;
import java.util.LinkedHashSet;
import java.util.Set;

/** What goes wrong at one node. Set by the test, asked by the node. */
public final class SimFaults {
    /** Packets to these nodes are lost. */
    final Set<SimNode> cutTo = new LinkedHashSet<>();
    int connectsToReject;
    int connectsToIgnore;
    int connectsUnreachable;
    int registrationsToFail;
    int pairsToFail;
    int sendsToFailure = Integer.MAX_VALUE;
    IbvWcStatus failure = IbvWcStatus.IBV_WC_RETRY_EXC_ERR;
    int receivesToFailure = Integer.MAX_VALUE;
    IbvWcStatus receiveFailure = IbvWcStatus.IBV_WC_LOC_LEN_ERR;
    int slotsToMiss;
    int postsToRefuse;
    boolean removed;
    boolean leaving;
    boolean addressLost;
    boolean stalled;

    /** All packets from this node to the other are lost from now on, or not any more. */
    public void cut(SimNode to, boolean cut) {
        if (cut) {
            cutTo.add(to);
        } else {
            cutTo.remove(to);
        }
    }

    /** The next connects to this node are rejected by its device. */
    public void rejectConnects(int count) {
        connectsToReject = count;
    }

    /** The next connects to this node are never answered, not even with an event. */
    public void ignoreConnects(int count) {
        connectsToIgnore = count;
    }

    /** The next connects to this node end with UNREACHABLE. */
    public void unreachableConnects(int count) {
        connectsUnreachable = count;
    }

    /** The next registrations fail for want of lockable memory. */
    public void failRegistrations(int count) {
        registrationsToFail = count;
    }

    /** The next queue pairs cannot be made. */
    public void failQueuePairs(int count) {
        pairsToFail = count;
    }

    /** After that many more messages sent by this node, the next fails with the status and its queue pair with it. */
    public void failAfter(int messages, IbvWcStatus status) {
        sendsToFailure = messages;
        failure = status;
    }

    /** After that many more messages received by this node, the next fails its receive slot with the status and its queue pair with it. */
    public void failReceiveAfter(int messages, IbvWcStatus status) {
        receivesToFailure = messages;
        receiveFailure = status;
    }

    /** The next messages to this node find no receive slot, whatever was posted. */
    public void missSlots(int count) {
        slotsToMiss = count;
    }

    /** The next sends at this node are refused as if the send queue were full. */
    public void refusePosts(int count) {
        postsToRefuse = count;
    }

    /** Nothing goes wrong any more, but for what was broken already. */
    public void heal() {
        cutTo.clear();
        connectsToReject = 0;
        connectsToIgnore = 0;
        connectsUnreachable = 0;
        registrationsToFail = 0;
        pairsToFail = 0;
        sendsToFailure = Integer.MAX_VALUE;
        receivesToFailure = Integer.MAX_VALUE;
        slotsToMiss = 0;
        postsToRefuse = 0;
        stalled = false;
    }

    /** The network holds everything sent by this node back, without losing it, or lets it go. */
    public void stall(boolean stall) {
        stalled = stall;
    }
}
