package dev.weft.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class CpuAffinityTest {

    @Test
    void shouldKeepAThreadOnTheChosenProcessor() throws Exception {
        CompletableFuture<Long> seen = new CompletableFuture<>();
        Thread.ofPlatform().start(() -> {
            try {
                long allowed = CpuAffinity.get();
                CpuAffinity.set(Long.lowestOneBit(allowed));
                seen.complete(CpuAffinity.get());
            } catch (IOException e) {
                seen.completeExceptionally(e);
            }
        }).join();
        assertEquals(1, Long.bitCount(seen.get()));
        assertNotEquals(0, CpuAffinity.get());
    }

    @Test
    void shouldRefuseAMaskWithoutProcessors() {
        assertTrue(assertThrows(IOException.class, () -> CpuAffinity.set(0)).getMessage().contains("Invalid argument"));
    }
}
