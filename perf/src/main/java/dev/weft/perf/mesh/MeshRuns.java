package dev.weft.perf.mesh;

import dev.weft.perf.mesh.PairQueue.Pair;
import dev.weft.perf.model.RunResult;
import dev.weft.perf.model.TestKind;
import dev.weft.perf.transport.Reason;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Measures every ordered pair of hosts. At most so many pairs at once as allowed, and a host is part of one pair at a time, so that what
 * is measured is the link and not the host's other business. A host that cannot be reached costs its own pairs, nothing else.
 */
public final class MeshRuns {
    private final Measurer measurer;
    private final int parallel;

    /**
     * @param parallel pairs at once, at least 1
     */
    public MeshRuns(Measurer measurer, int parallel) {
        this.measurer = measurer;
        this.parallel = parallel;
    }

    /** What makes the runs. Called on several threads at once. */
    public interface Measurer {
        /** @return null when the host can take part, else a sentence */
        String obstacle(MeshHost host);

        /** @throws IOException when nothing was measured, with the reason */
        RunResult measure(MeshHost from, MeshHost to, TestKind test) throws IOException;

        /** A run that could not be made. */
        RunResult failed(MeshHost from, MeshHost to, TestKind test, String reason);

        /** Whether the user wants to go home. */
        boolean interrupted();
    }

    /** @return a run for each ordered pair and test whose role is {@code FROM>TO}, rows of the heat map one after the other */
    public List<RunResult> measure(List<MeshHost> hosts, List<TestKind> tests) {
        Map<MeshHost, String> obstacles = obstacles(hosts);
        List<Pair> pairs = new ArrayList<>();
        hosts.forEach(from -> hosts.stream().filter(to -> !to.equals(from)).forEach(to -> pairs.add(new Pair(from, to))));
        Map<Pair, List<RunResult>> results = new ConcurrentHashMap<>();
        PairQueue queue = new PairQueue(pairs);
        List<Thread> workers = new ArrayList<>();
        for (int i = 0; i < Math.clamp(hosts.size() / 2, 1, parallel); i++) {
            workers.add(Thread.ofVirtual().start(() -> work(queue, pair -> results.put(pair, runs(pair, tests, obstacles)))));
        }
        workers.forEach(MeshRuns::join);
        return pairs.stream().flatMap(pair -> results.get(pair).stream()).toList();
    }

    private static void work(PairQueue queue, Consumer<Pair> action) {
        try {
            for (Pair pair = queue.next(); pair != null; pair = queue.next()) {
                try {
                    action.accept(pair);
                } finally {
                    queue.done(pair);
                }
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e); // nobody has this thread to interrupt it
        }
    }

    private List<RunResult> runs(Pair pair, List<TestKind> tests, Map<MeshHost, String> obstacles) {
        String obstacle = obstacles.getOrDefault(pair.from(), obstacles.get(pair.to()));
        return tests.stream().map(test -> run(pair, test, obstacle).withRole(pair.role())).toList();
    }

    private RunResult run(Pair pair, TestKind test, String obstacle) {
        if (obstacle != null || measurer.interrupted()) {
            return measurer.failed(pair.from(), pair.to(), test, obstacle != null ? obstacle : "interrupted by the user");
        }
        try {
            return measurer.measure(pair.from(), pair.to(), test);
        } catch (IOException | RuntimeException e) {
            return measurer.failed(pair.from(), pair.to(), test, Reason.of(e));
        }
    }

    /** All hosts at once: one that is silent takes seconds. */
    private Map<MeshHost, String> obstacles(List<MeshHost> hosts) {
        Map<MeshHost, String> obstacles = new ConcurrentHashMap<>();
        List<Thread> askers = hosts.stream().map(host -> Thread.ofVirtual().start(() -> {
            String obstacle = measurer.obstacle(host);
            if (obstacle != null) {
                obstacles.put(host, obstacle);
            }
        })).toList();
        askers.forEach(MeshRuns::join);
        return new HashMap<>(obstacles);
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
