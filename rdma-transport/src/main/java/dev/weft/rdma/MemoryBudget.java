package dev.weft.rdma;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;

/** How much memory this agent's RDMA links may register together. Any thread. */
final class MemoryBudget {
    private final long limitBytes;
    private final AtomicLong used = new AtomicLong();

    MemoryBudget(long limitBytes) {
        this.limitBytes = limitBytes;
    }

    /** @throws IOException when the budget does not allow it, saying what to change */
    void take(long bytes) throws IOException {
        if (used.addAndGet(bytes) > limitBytes) {
            used.addAndGet(-bytes);
            throw new IOException("the RDMA memory budget of " + (limitBytes >> 20)
                    + " MiB is used up; raise it, or have fewer lanes or slots");
        }
    }

    void give(long bytes) {
        used.addAndGet(-bytes);
    }

    long usedBytes() {
        return used.get();
    }
}
