package dev.weft.agent;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class GroupCommitTest {
    private final List<List<String>> groups = new ArrayList<>(); // one group is worked on at a time
    private final CountDownLatch gate = new CountDownLatch(1);
    private final AtomicInteger arrived = new AtomicInteger();

    private void work(List<String> group) throws IOException {
        if (group.contains("slow")) {
            arrived.incrementAndGet();
            try {
                gate.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }
        groups.add(List.copyOf(group));
        if (group.contains("bad")) {
            throw new IOException("the disk is full");
        }
    }

    private static CompletableFuture<Throwable> submit(GroupCommit<String> commit, String item, ExecutorService threads) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                commit.submit(item);
                return null;
            } catch (IOException e) {
                return e;
            }
        }, threads);
    }

    @Test
    void shouldWorkAtOnceForOneAlone() throws Exception {
        GroupCommit<String> commit = new GroupCommit<>(this::work);
        commit.submit("a");
        commit.submit("b");
        assertEquals(List.of(List.of("a"), List.of("b")), groups);
    }

    @Test
    void shouldDoTogetherWhatGatheredMeanwhileAndTellAllOfThemOfItsFailure() throws Exception {
        GroupCommit<String> commit = new GroupCommit<>(this::work);
        try (ExecutorService threads = Executors.newCachedThreadPool()) {
            CompletableFuture<Throwable> slow = submit(commit, "slow", threads);
            await().until(() -> arrived.get() == 1);
            List<CompletableFuture<Throwable>> others = new ArrayList<>();
            for (int i = 0; i < 9; i++) {
                others.add(submit(commit, "item " + i, threads));
            }
            others.add(submit(commit, "bad", threads));
            await().until(() -> commit.gathering() == 10);
            gate.countDown();
            assertEquals(null, slow.get());
            for (CompletableFuture<Throwable> other : others) {
                assertEquals("the disk is full", other.get().getMessage());
            }
        }
        assertEquals(2, groups.size());
        assertEquals(10, groups.get(1).size());
    }

    @Test
    void shouldGoOnAfterAFailure() throws Exception {
        GroupCommit<String> commit = new GroupCommit<>(this::work);
        assertThrows(IOException.class, () -> commit.submit("bad"));
        commit.submit("good");
        assertEquals(2, groups.size());
    }

    @Test
    void shouldPassOnAFaultOfTheWorkItself() {
        GroupCommit<String> commit = new GroupCommit<>(group -> {
            throw new IllegalStateException("fault");
        });
        assertThrows(RuntimeException.class, () -> commit.submit("a"));
    }
}
