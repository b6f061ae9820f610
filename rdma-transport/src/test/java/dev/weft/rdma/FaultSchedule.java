package dev.weft.rdma;

import static dev.weft.rdma.SimPair.MILLI;
import static dev.weft.rdma.SimPair.SECOND;

import com.ibm.disni.verbs.IbvWC.IbvWcStatus;
import dev.weft.rdma.sim.SimFaults;
import java.util.Random;

/** What goes wrong, when, and for how long: drawn from the seed of a {@link SimPair}. Every fault is over within six seconds. */
final class FaultSchedule {
    private static final IbvWcStatus[] SEND_ERRORS = {IbvWcStatus.IBV_WC_RETRY_EXC_ERR, IbvWcStatus.IBV_WC_RNR_RETRY_EXC_ERR,
        IbvWcStatus.IBV_WC_WR_FLUSH_ERR, IbvWcStatus.IBV_WC_REM_ACCESS_ERR, IbvWcStatus.IBV_WC_REM_OP_ERR,
        IbvWcStatus.IBV_WC_REM_INV_REQ_ERR, IbvWcStatus.IBV_WC_LOC_QP_OP_ERR, IbvWcStatus.IBV_WC_LOC_PROT_ERR,
        IbvWcStatus.IBV_WC_GENERAL_ERR, IbvWcStatus.IBV_WC_FATAL_ERR};
    private static final IbvWcStatus[] RECEIVE_ERRORS = {IbvWcStatus.IBV_WC_LOC_LEN_ERR, IbvWcStatus.IBV_WC_LOC_PROT_ERR,
        IbvWcStatus.IBV_WC_REM_ABORT_ERR};
    private static final int KINDS = 18;

    private final SimPair pair;
    private final Random random;
    private final StringBuilder log = new StringBuilder();

    FaultSchedule(SimPair pair) {
        this.pair = pair;
        random = pair.random;
    }

    /** One to three faults within that time; often the second comes right behind the first, in the middle of what it set off. */
    void within(long nanos) {
        long at = random.nextLong(nanos);
        for (int i = random.nextInt(3); i >= 0; i--) {
            pair.world.after(at, this::strike);
            at += random.nextBoolean() ? random.nextLong(MILLI) : random.nextLong(nanos);
        }
    }

    /** What has happened, for the message of a failed seed. */
    @Override
    public String toString() {
        return log.toString();
    }

    private void strike() {
        SimHost at = random.nextBoolean() ? pair.a : pair.b;
        int kind = random.nextInt(KINDS);
        log.append(String.format("%n  %.3f s: fault %d at %s", pair.world.now() / 1e9, kind, at.id));
        switch (kind) {
            case 0, 1, 2 -> at.node.faults().failAfter(random.nextInt(40), SEND_ERRORS[random.nextInt(SEND_ERRORS.length)]);
            case 3 -> at.node.faults().failReceiveAfter(random.nextInt(20), RECEIVE_ERRORS[random.nextInt(RECEIVE_ERRORS.length)]);
            case 4, 5, 6 -> wire(at, kind);
            case 7 -> connects(at.node.faults());
            case 8 -> resources(at.node.faults());
            case 9 -> device(at);
            case 10 -> queues(at);
            case 11, 12 -> tcp(at);
            case 13 -> restart(at);
            case 14 -> at.loop.pause(random.nextLong(random.nextBoolean() ? 200 * MILLI : 3 * SECOND));
            case 15 -> at.node.attack();
            case 16 -> at.node.faults().missSlots(1);
            default -> {
                at.node.faults().failAfter(random.nextInt(5), IbvWcStatus.IBV_WC_RETRY_EXC_ERR);
                tcp(at);
            }
        }
    }

    private void later(Runnable action) {
        pair.world.after(random.nextLong(random.nextBoolean() ? 300 * MILLI : 5 * SECOND), action);
    }

    private void wire(SimHost at, int kind) {
        SimFaults faults = at.node.faults();
        switch (kind) {
            case 4 -> {
                faults.cut(at.other.node, true);
                later(() -> faults.cut(at.other.node, false));
            }
            case 5 -> {
                faults.cut(at.other.node, true);
                at.other.node.faults().cut(at.node, true);
                later(() -> {
                    faults.cut(at.other.node, false);
                    at.other.node.faults().cut(at.node, false);
                });
            }
            default -> {
                faults.stall(true);
                later(() -> faults.stall(false));
            }
        }
    }

    private void connects(SimFaults faults) {
        int count = 1 + random.nextInt(3);
        switch (random.nextInt(3)) {
            case 0 -> faults.rejectConnects(count);
            case 1 -> faults.ignoreConnects(count);
            default -> faults.unreachableConnects(count);
        }
    }

    private void resources(SimFaults faults) {
        int count = 1 + random.nextInt(4);
        if (random.nextBoolean()) {
            faults.failRegistrations(count);
        } else {
            faults.failQueuePairs(count);
        }
    }

    private void device(SimHost at) {
        switch (random.nextInt(3)) {
            case 0 -> at.node.portDown();
            case 1 -> {
                at.node.remove();
                later(at.node::plugIn);
            }
            default -> {
                at.node.takeAway();
                later(at.node::plugIn);
            }
        }
    }

    private void queues(SimHost at) {
        if (random.nextBoolean()) {
            at.node.overrun();
        } else {
            at.node.faults().refusePosts(1);
        }
    }

    private void tcp(SimHost at) {
        if (random.nextBoolean()) {
            pair.network.reset(random.nextBoolean(), random.nextBoolean());
        } else {
            SimTcp.Host tcp = at.tcp;
            tcp.cut(true);
            later(() -> tcp.cut(false));
        }
    }

    /** kill -9, or the power goes: then nobody is told. */
    private void restart(SimHost at) {
        if (at.isDead()) {
            return;
        }
        boolean silent = random.nextBoolean();
        if (silent) {
            at.tcp.cut(true);
            at.node.faults().cut(at.other.node, true);
        }
        at.kill();
        pair.world.after(random.nextLong(2 * SECOND), () -> {
            at.node.plugIn();
            at.node.faults().cut(at.other.node, false);
            at.start();
        });
    }
}
