package dev.weft.endpoint;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.ReentrantLock;

/** One lock a key, for as long as somebody holds or awaits it. Thread-safe. */
final class KeyLocks<K> {

    private static final class Counted {
        private final ReentrantLock lock = new ReentrantLock();
        private int users; // changed only inside ConcurrentMap.compute
    }

    /** Held until closed, by the thread that got it. */
    interface Held extends AutoCloseable {
        @Override
        void close();
    }

    private final ConcurrentMap<K, Counted> locks = new ConcurrentHashMap<>();

    Held lock(K key) {
        Counted counted = locks.compute(key, (k, present) -> {
            Counted c = present == null ? new Counted() : present;
            c.users++;
            return c;
        });
        counted.lock.lock();
        return () -> {
            counted.lock.unlock();
            locks.computeIfPresent(key, (k, c) -> --c.users == 0 ? null : c);
        };
    }

    /** Keys somebody holds or awaits. */
    int size() {
        return locks.size();
    }
}
