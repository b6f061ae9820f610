package dev.weft.agent;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Work that costs as much for many as for one: syncing a directory, the grace period of the kernel when interfaces go. While one
 * group is worked on, those who come gather in the next; the first of them does the work for all.
 *
 * <pre>
 *   A: |== work (A) ==|
 *   B:     |  waits   |== work (B, C, D) ==|
 *   C:        | waits                      |
 *   D:            | waits                  |
 * </pre>
 *
 * Nobody waits for company: alone, an item is worked on at once. Thread-safe.
 *
 * @param <T> one caller's part of the work
 */
public final class GroupCommit<T> {

    /** Does the work for a whole group; called for one group at a time, on the thread of one of the callers. May block. */
    @FunctionalInterface
    public interface Work<T> {
        void run(List<T> group) throws IOException;
    }

    private static final class Group<T> {
        private final List<T> items = new ArrayList<>();
        private final CompletableFuture<Void> done = new CompletableFuture<>();
    }

    private final Work<T> work;
    private final ReentrantLock turn = new ReentrantLock();
    private Group<T> gathering; // guarded by this

    public GroupCommit(Work<T> work) {
        this.work = work;
    }

    /**
     * Returns when the work for this item, begun after the call, is done.
     *
     * @throws IOException the work for the group failed; it may have been done for this item all the same
     */
    public void submit(T item) throws IOException {
        Group<T> mine;
        boolean first;
        synchronized (this) {
            first = gathering == null;
            if (first) {
                gathering = new Group<>();
            }
            mine = gathering;
            mine.items.add(item);
        }
        if (first) {
            lead(mine);
        }
        await(mine);
    }

    /** How many wait for the next group to be worked on. */
    synchronized int gathering() {
        return gathering == null ? 0 : gathering.items.size();
    }

    private void lead(Group<T> mine) {
        turn.lock();
        try {
            synchronized (this) {
                gathering = null;
            }
            work.run(mine.items);
            mine.done.complete(null);
        } catch (IOException | RuntimeException e) {
            mine.done.completeExceptionally(e);
        } finally {
            turn.unlock();
        }
    }

    private void await(Group<T> mine) throws IOException {
        try {
            mine.done.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof IOException failure) { // each caller gets a stack trace of its own
                throw new IOException(failure.getMessage(), failure);
            }
            throw e;
        }
    }
}
