package dev.weft.perf.mesh;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Hands out ordered pairs of hosts so that no host is part of two at a time. Any thread. */
final class PairQueue {
    /** From one host to another. */
    record Pair(MeshHost from, MeshHost to) {
        String role() {
            return from.id() + ">" + to.id();
        }
    }

    private final List<Pair> waiting;
    private final Set<MeshHost> busy = new HashSet<>();

    PairQueue(List<Pair> pairs) {
        waiting = new ArrayList<>(pairs);
    }

    /**
     * Takes the first pair whose hosts are both free; waits for one as long as there are pairs. Who took one must call {@link #done}.
     *
     * @return null when no pair is left
     */
    synchronized Pair next() throws InterruptedException {
        while (!waiting.isEmpty()) {
            for (Pair pair : waiting) {
                if (!busy.contains(pair.from) && !busy.contains(pair.to)) {
                    busy.add(pair.from);
                    busy.add(pair.to);
                    waiting.remove(pair);
                    return pair;
                }
            }
            wait();
        }
        return null;
    }

    synchronized void done(Pair pair) {
        busy.remove(pair.from);
        busy.remove(pair.to);
        notifyAll();
    }
}
