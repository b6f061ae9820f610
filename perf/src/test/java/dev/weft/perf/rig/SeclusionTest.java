package dev.weft.perf.rig;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.linux.CpuAffinity;
import java.io.IOException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

class SeclusionTest {

    @Test
    void shouldKeepOtherThreadsOffTheProcessorsOfStreamsUntilItIsClosed() throws Exception {
        long allowed = CpuAffinity.get();
        assertTrue(Long.bitCount(allowed) >= 2, "this test needs two processors");
        long one = Long.highestOneBit(allowed);
        try (ExecutorService stream = Executors.newSingleThreadExecutor(); ExecutorService other = Executors.newSingleThreadExecutor()) {
            stream.submit(() -> bind(one)).get();
            assertEquals(allowed, other.submit(() -> CpuAffinity.get()).get());
            try (Seclusion _ = new Seclusion(one)) {
                assertEquals(one, stream.submit(() -> CpuAffinity.get()).get(), "it may run nowhere else");
                assertEquals(allowed & ~one, other.submit(() -> CpuAffinity.get()).get());
                assertEquals(allowed & ~one, CpuAffinity.get());
            }
            assertEquals(one, stream.submit(() -> CpuAffinity.get()).get());
            assertEquals(allowed, other.submit(() -> CpuAffinity.get()).get());
        }
    }

    @Test
    void shouldLeaveThreadsWhereNoOtherProcessorIsLeft() throws Exception {
        long allowed = CpuAffinity.get();
        try (Seclusion _ = new Seclusion(0); Seclusion _ = new Seclusion(allowed)) {
            assertEquals(allowed, CpuAffinity.get());
        }
    }

    private static Void bind(long mask) throws IOException {
        CpuAffinity.set(mask);
        return null;
    }
}
