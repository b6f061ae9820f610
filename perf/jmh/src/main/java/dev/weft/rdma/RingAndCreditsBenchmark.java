package dev.weft.rdma;

import dev.weft.frame.FrameHeader;
import dev.weft.frame.FrameType;
import java.lang.foreign.Arena;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The bookkeeping of an RDMA link without the verbs. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RingAndCreditsBenchmark {
    private static final int SLOTS = RdmaConfig.DEFAULT.slots();
    private static final int FRAME_BYTES = FrameHeader.LENGTH + 64;

    private SendRing ring;
    private Credits credits;
    private int arrived;

    @Setup
    public void setUp() {
        long bytes = (long) SLOTS * BatchHeader.SLOT_LENGTH;
        ring = new SendRing(Arena.global().allocate(bytes, BatchHeader.ALIGNMENT).address(), bytes);
        credits = new Credits(SLOTS);
    }

    /** One frame through the ring: lent, committed, posted as a batch of its own, freed. */
    @Benchmark
    public long ringCycle() {
        long address = ring.lend(FrameHeader.MAX_FRAME_LENGTH);
        FrameHeader.write(address, FrameType.DATA, 64, 1, 7, 1);
        ring.commit(FRAME_BYTES);
        int batch = ring.post();
        ring.free(1);
        return ring.address(batch) + ring.length(batch);
    }

    /** A batch sent and reported back, and one received, reposted and reported. */
    @Benchmark
    public int creditCycle() {
        int number = credits.send(false);
        credits.onBatch(++arrived, false);
        credits.onReposted(1);
        return credits.onReport(number, SLOTS) + credits.room();
    }
}
