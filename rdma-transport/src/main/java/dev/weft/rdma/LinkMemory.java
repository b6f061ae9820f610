package dev.weft.rdma;

import com.ibm.disni.verbs.IbvContext;
import com.ibm.disni.verbs.IbvMr;
import com.ibm.disni.verbs.IbvPd;
import dev.weft.agent.Rollback;
import dev.weft.rdma.verbs.ExtendedVerbs;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The registered memory of one link and its protection domain: one region, written by the device, never readable or writable by the peer.
 *
 * <pre>
 *  | batch headers, HEADERS x 16 | send ring, slots x SLOT_LENGTH | receive slots, slots x SLOT_LENGTH |
 * </pre>
 *
 * Made and released on the worker thread; registering pins pages and takes milliseconds.
 */
final class LinkMemory {
    /** More than can be under way, so that a header is not written again before its batch was taken. */
    static final int HEADERS = 4 * RdmaConfig.MAX_SLOTS;
    private static final long PAGE = 4096;
    private static final long HEADER_BYTES = (long) HEADERS * BatchHeader.LENGTH;

    private final Arena arena;
    private final ExtendedVerbs verbs;
    private final MemoryBudget budget;
    private final IbvPd domain;
    private final IbvMr region;
    private final long base;
    private final long ringBytes;
    private final long totalBytes;
    private final AtomicBoolean released = new AtomicBoolean();

    private LinkMemory(Arena arena, ExtendedVerbs verbs, MemoryBudget budget, IbvPd domain, IbvMr region, int slots) {
        this.arena = arena;
        this.verbs = verbs;
        this.budget = budget;
        this.domain = domain;
        this.region = region;
        base = region.getAddr();
        ringBytes = ringBytes(slots);
        totalBytes = totalBytes(slots);
    }

    private static long ringBytes(int slots) {
        return (long) slots * BatchHeader.SLOT_LENGTH;
    }

    static long totalBytes(int slots) {
        return HEADER_BYTES + 2 * ringBytes(slots);
    }

    /** @throws IOException when the budget, the memory lock limit or the device does not allow it; nothing is left behind then */
    static LinkMemory make(ExtendedVerbs verbs, IbvContext context, MemoryBudget budget, int slots) throws IOException {
        long bytes = totalBytes(slots);
        try (Rollback rollback = new Rollback("RDMA memory of a link")) {
            budget.take(bytes);
            rollback.push("budget", () -> budget.give(bytes));
            IbvPd domain = verbs.allocPd(context);
            rollback.push("protection domain", () -> verbs.deallocPd(domain));
            Arena arena = Arena.ofShared();
            rollback.push("memory", arena::close);
            long address = arena.allocate(bytes, PAGE).address();
            IbvMr region = verbs.register(domain, address, bytes, IbvMr.IBV_ACCESS_LOCAL_WRITE);
            rollback.commit();
            return new LinkMemory(arena, verbs, budget, domain, region, slots);
        }
    }

    IbvPd domain() {
        return domain;
    }

    int localKey() {
        return region.getLkey();
    }

    long totalBytes() {
        return totalBytes;
    }

    long header(int number) {
        return base + (long) (number & HEADERS - 1) * BatchHeader.LENGTH;
    }

    long ring() {
        return base + HEADER_BYTES;
    }

    long ringBytes() {
        return ringBytes;
    }

    long slot(int index) {
        return base + HEADER_BYTES + ringBytes + (long) index * BatchHeader.SLOT_LENGTH;
    }

    /** Only after the queue pair is gone. Idempotent. */
    void release() throws IOException {
        if (!released.compareAndSet(false, true)) {
            return;
        }
        try {
            verbs.deregMr(region).execute().free();
            verbs.deallocPd(domain);
        } finally {
            arena.close();
            budget.give(totalBytes);
        }
    }
}
