package dev.weft.frame;

import java.lang.foreign.Arena;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Writing and reading the header of a frame. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class FrameHeaderBenchmark {
    private long frame;
    private long sequence;

    @Setup
    public void setUp() {
        frame = Arena.global().allocate(FrameHeader.MAX_FRAME_LENGTH, 64).address();
        FrameHeader.write(frame, FrameType.DATA, 64, 1, 7, 1);
    }

    @Benchmark
    public void write() {
        FrameHeader.write(frame, FrameType.DATA, 64, 1, 7, ++sequence);
    }

    /** As a receiver reads it: length first, then everything else. */
    @Benchmark
    public long read() {
        return FrameHeader.check(frame) + FrameHeader.type(frame) + FrameHeader.vni(frame) + FrameHeader.epoch(frame)
                + FrameHeader.sequence(frame);
    }
}
