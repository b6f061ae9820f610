package dev.weft.linux;

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

/** What a call into C costs: one that does nothing, and the write(2) of the data path, refused by the kernel at once (EBADF). */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SystemCallBenchmark {
    private static final int NO_DESCRIPTOR = -1;
    private static final MethodHandle NOTHING = Linker.nativeLinker().downcallHandle(
            Linker.nativeLinker().defaultLookup().findOrThrow("pthread_equal"),
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));

    private FastIo io;
    private long memory;

    @Setup
    public void setUp() {
        io = new FastIo(Arena.global());
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
}
