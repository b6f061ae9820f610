package dev.weft.rdma.sim;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Descriptors that only {@link SimLoop} can wait for. Level-triggered. */
final class VirtualFds implements SimFds {
    private final Set<Integer> readable = new HashSet<>();
    private final Set<Integer> open = new HashSet<>();
    private final Map<Integer, List<Runnable>> wakers = new HashMap<>();
    private int next = 1000;

    @Override
    public int open() {
        open.add(next);
        return next++;
    }

    @Override
    public void readable(int fd, boolean isReadable) {
        if (!isReadable) {
            readable.remove(fd);
        } else if (readable.add(fd)) {
            List.copyOf(wakers.getOrDefault(fd, List.of())).forEach(Runnable::run);
        }
    }

    boolean isReadable(int fd) {
        return readable.contains(fd);
    }

    /** Has a loop woken when the descriptor becomes readable. */
    void wake(int fd, Runnable waker) {
        if (!open.contains(fd)) {
            throw new AssertionError("descriptor " + fd + " is watched but not open");
        }
        wakers.computeIfAbsent(fd, key -> new ArrayList<>()).add(waker);
    }

    void unwake(int fd, Runnable waker) {
        wakers.getOrDefault(fd, new ArrayList<>()).remove(waker);
    }

    @Override
    public void close(int fd) {
        if (!open.remove(fd)) {
            throw new AssertionError("descriptor " + fd + " is closed twice");
        }
        if (!wakers.getOrDefault(fd, List.of()).isEmpty()) {
            throw new AssertionError("descriptor " + fd + " is closed while it is watched");
        }
        readable.remove(fd);
    }
}
