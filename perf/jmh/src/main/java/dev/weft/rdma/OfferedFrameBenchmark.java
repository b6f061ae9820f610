package dev.weft.rdma;

import com.ibm.disni.verbs.RdmaCm;
import com.ibm.disni.verbs.RdmaCmId;
import dev.weft.frame.FrameHeader;
import dev.weft.frame.FrameType;
import dev.weft.link.Link;
import dev.weft.link.LinkListener;
import dev.weft.rdma.sim.NoOpVerbs;
import dev.weft.rdma.sim.SimNode;
import dev.weft.rdma.sim.SimWorld;
import dev.weft.rdma.verbs.RdmaDevice;
import java.io.IOException;
import java.net.InetAddress;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * A frame of 64 bytes offered to an RDMA link, with all the link does for it in time: ring, batch, credits, work request, post, completion,
 * the peer's report, receive slots posted again. The device does nothing; its completions and the peer's reports are made here.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class OfferedFrameBenchmark {
    private static final int SLOTS = RdmaConfig.DEFAULT.slots();
    private static final int BATCHES = 8;
    private static final int COALESCED = 8;
    private static final int FRAME_BYTES = FrameHeader.LENGTH + 64;

    private RdmaLink link;
    private LinkMemory memory;
    private long sequence;
    private int sent;
    private int arrived;

    @Setup
    public void setUp() throws IOException {
        InetAddress address = InetAddress.getByAddress(new byte[] {(byte) 192, 0, 2, 1});
        SimNode node = new SimWorld(1).node("noop0", RdmaDevice.Kind.IWARP, address);
        NoOpVerbs verbs = new NoOpVerbs(node);
        RdmaCm cm = node.cm();
        RdmaCmId id = cm.createId(cm.createEventChannel(), RdmaCm.RDMA_PS_TCP);
        CompletionQueues queues = new CompletionQueues(verbs, id.getVerbs(), new NoCompletions());
        LinkQueues made = LinkQueues.make(verbs, node.cm(), id, queues, new MemoryBudget(RdmaConfig.DEFAULT.budgetBytes()),
                RdmaConfig.DEFAULT, slot -> slot);
        memory = made.memory;
        link = new RdmaLink(new NoOwner(), "the peer", new RdmaDevice("noop0", RdmaDevice.Kind.IWARP), address, true, SLOTS);
        link.identify(0, 0);
        link.listener(new NoListener());
        link.attach(made);
        link.up();
        report(); // tells how many slots the peer has; the link answers it with its own
        sent = 1;
    }

    /** One frame a batch, as in a ping-pong. */
    @Benchmark
    @OperationsPerInvocation(BATCHES)
    public void alone() {
        for (int i = 0; i < BATCHES; i++) {
            offer();
            link.flush();
            sent++;
        }
        completed();
    }

    /** Eight frames a batch, as under load. */
    @Benchmark
    @OperationsPerInvocation(BATCHES * COALESCED)
    public void coalesced() {
        for (int i = 0; i < BATCHES; i++) {
            for (int j = 0; j < COALESCED; j++) {
                offer();
            }
            link.flush();
            sent++;
        }
        completed();
    }

    private void offer() {
        long frame = link.claim(FrameHeader.MAX_FRAME_LENGTH);
        if (frame < 0) {
            throw new IllegalStateException("the link has no room: " + link);
        }
        FrameHeader.write(frame, FrameType.DATA, 64, 1, 7, ++sequence);
        link.commit(FRAME_BYTES);
    }

    private void completed() {
        link.onCompletion(WorkId.SEND, sent & 0xFFFF, CompletionStatus.SUCCESS, 0);
        report();
    }

    /** The peer has taken everything. The link tells that it got this with the next batch. */
    private void report() {
        int slot = arrived++ % SLOTS;
        BatchHeader.write(memory.slot(slot), true, SLOTS, 0, arrived, sent);
        link.onCompletion(WorkId.RECEIVE, slot, CompletionStatus.SUCCESS, BatchHeader.LENGTH);
        link.endTurn();
    }

    /** Completions are handed to the link directly. */
    private static final class NoCompletions implements CompletionQueues.Dispatcher {
        @Override
        public void onCompletion(com.ibm.disni.verbs.IbvWC completion) {
            throw new IllegalStateException("nothing completes by itself");
        }

        @Override
        public void onBrokenQueue(String why) {
            throw new IllegalStateException(why);
        }
    }

    private static final class NoOwner implements RdmaLink.Owner {
        @Override
        public void onEnded(RdmaLink of) {
            throw new IllegalStateException("the link ended: " + of.endReason());
        }

        @Override
        public void onReleased(RdmaLink of) {
            throw new IllegalStateException("the link was released");
        }

        @Override
        public void startClock(RdmaLink of) {
            throw new IllegalStateException("no frames arrive");
        }
    }

    private static final class NoListener implements LinkListener {
        @Override
        public void onFrame(Link from, long address, int length) {
            throw new IllegalStateException("no frames arrive");
        }

        @Override
        public void onWritable(Link from) {
            // not waited for
        }

        @Override
        public void onClosed(Link from, String reason) {
            throw new IllegalStateException(reason);
        }
    }
}
