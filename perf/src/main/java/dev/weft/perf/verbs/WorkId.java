package dev.weft.perf.verbs;

/** Identities of work requests: bit 0 tells receives, bit 1 reads, the rest is a slot or a place in the send queue. */
final class WorkId {
    private static final int RECEIVE = 1;
    private static final int READ = 2;
    private static final int SHIFT = 2;

    private WorkId() {
    }

    static long receive(int slot) {
        return (long) slot << SHIFT | RECEIVE;
    }

    /** @param place counts what was posted to the send queue */
    static long send(long place) {
        return place << SHIFT;
    }

    static long read(long place) {
        return place << SHIFT | READ;
    }

    static boolean isReceive(long id) {
        return (id & RECEIVE) != 0;
    }

    static boolean isRead(long id) {
        return (id & READ) != 0;
    }

    static long number(long id) {
        return id >>> SHIFT;
    }
}
