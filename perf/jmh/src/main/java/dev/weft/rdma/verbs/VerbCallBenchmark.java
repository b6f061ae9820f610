package dev.weft.rdma.verbs;

import com.ibm.disni.verbs.SVCPollCq;
import com.ibm.disni.verbs.SVCPostSend;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * Java's part of posting and polling: the function behind the pointer in ibv_context.ops does nothing. The empty call of
 * SystemCallBenchmark is part of each of these.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class VerbCallBenchmark {
    private BatchPostSend post;
    private SVCPostSend.SendWRMod request;
    private SVCPollCq poll;
    private long number;

    @Setup
    public void setUp() throws IOException {
        NoOpDevice device = new NoOpDevice();
        post = device.postSend();
        request = post.getWrMod(0);
        poll = device.pollCq();
    }

    /** One SEND whose identity, address and length change, as a link posts it. */
    @Benchmark
    public int postSend() {
        request.setWr_id(++number);
        request.getSgeMod(0).setAddr(number);
        request.getSgeMod(0).setLength(64);
        return post.post(1);
    }

    /** An empty queue, asked for up to 32 completions. */
    @Benchmark
    public int pollCq() throws IOException {
        return poll.execute().getPolls();
    }
}
