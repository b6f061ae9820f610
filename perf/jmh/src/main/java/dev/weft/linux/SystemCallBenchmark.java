package dev.weft.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What a call into C costs: one that does nothing, a write(2) that the kernel refuses at once (EBADF), a read(2) that finds nothing. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SystemCallBenchmark {
    private static final int NO_DESCRIPTOR = -1;
    private static final MethodHandle NOTHING = Linker.nativeLinker().downcallHandle(
            Linker.nativeLinker().defaultLookup().findOrThrow("pthread_equal"),
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));

    private FastIo io;
    private DeviceIo device;
    private long memory;
    private int event;

    @Setup
    public void setUp() throws IOException {
        event = Descriptors.openEvent();
        io = new FastIo(Arena.global());
        device = new DeviceIo(Arena.global());
        MemorySegment segment = Arena.global().allocate(64);
        memory = segment.address();
    }

    /** The floor: a C function of a few instructions, by a constant method handle. */
    @Benchmark
    public int emptyCall() throws Throwable {
        return (int) NOTHING.invokeExact(memory, 0L, 0L);
    }

    @Benchmark
    public int refusedWrite() {
        return io.write(NO_DESCRIPTOR, memory, 64);
    }

    /** A TUN queue's look for a packet that is not there: the errno is read, not captured. */
    @Benchmark
    public int emptyRead() {
        return device.read(event, memory, 8);
    }
}
