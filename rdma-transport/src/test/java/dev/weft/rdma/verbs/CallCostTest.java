package dev.weft.rdma.verbs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.ibm.disni.verbs.SVCPollCq;
import com.ibm.disni.verbs.SVCPostSend;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** What posting and polling cost in Java, on a device that does nothing. Run as a program it says how long a call takes. */
class CallCostTest {
    private static final int CALLS = 100_000;
    /** What measuring itself may allocate; an object a call would be more than a thousand times as much. */
    private static final long NOISE_BYTES = 1_024;

    private final BatchPostSend post;
    private final SVCPostSend.SendWRMod request;
    private final SVCPollCq poll;

    CallCostTest() throws IOException {
        NoOpDevice device = new NoOpDevice();
        post = device.postSend();
        request = post.getWrMod(0);
        poll = device.pollCq();
    }

    private void posts(int calls) {
        for (int i = 0; i < calls; i++) {
            request.setWr_id(i);
            request.getSgeMod(0).setAddr(i);
            request.getSgeMod(0).setLength(64);
            assertTrue(post.post(1) == 0);
        }
    }

    private void polls(int calls) throws IOException {
        for (int i = 0; i < calls; i++) {
            assertTrue(poll.execute().getPolls() == 0);
        }
    }

    @Test
    void shouldAllocateNothingPerPostAndPoll() throws IOException {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        posts(CALLS);
        polls(CALLS);
        threads.getCurrentThreadAllocatedBytes();
        long before = threads.getCurrentThreadAllocatedBytes();
        posts(CALLS);
        polls(CALLS);
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertTrue(allocated < NOISE_BYTES, allocated + " bytes in " + 2 * CALLS + " calls");
        assertEquals(1, post.posted());
    }

    /** Prints the median of rounds, in nanoseconds a call. */
    public static void main(String[] arguments) throws IOException {
        CallCostTest cost = new CallCostTest();
        double[] posts = new double[11];
        double[] polls = new double[11];
        for (int round = 0; round < posts.length; round++) {
            long start = System.nanoTime();
            cost.posts(10 * CALLS);
            long middle = System.nanoTime();
            cost.polls(10 * CALLS);
            posts[round] = (middle - start) / (10.0 * CALLS);
            polls[round] = (System.nanoTime() - middle) / (10.0 * CALLS);
        }
        java.util.Arrays.sort(posts);
        java.util.Arrays.sort(polls);
        System.out.printf("post of one send %.1f ns (%.1f..%.1f), poll of an empty queue %.1f ns (%.1f..%.1f)%n", posts[5], posts[0],
                posts[10], polls[5], polls[0], polls[10]);
    }
}
