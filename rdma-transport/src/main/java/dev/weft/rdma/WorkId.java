package dev.weft.rdma;

/**
 * What a completion belongs to, as the 64 bits that work requests carry. A queue pair number would not do: a provider may leave it out of
 * an error, and the next queue pair may get the same.
 *
 * <pre>
 *   63            40 39             20 19     16 15              0
 *  +----------------+-----------------+---------+-----------------+
 *  |   generation   |  link, by place |  kind   |  slot or count  |
 *  +----------------+-----------------+---------+-----------------+
 * </pre>
 *
 * The generation is that of the place: a completion of an earlier link at the same place is told apart and ignored.
 */
final class WorkId {
    static final int RECEIVE = 1;
    static final int SEND = 2;
    static final int MAX_PLACES = 1 << 20;
    private static final int GENERATIONS = 1 << 24;

    private WorkId() {
    }

    static long of(int generation, int place, int kind, int detail) {
        return (long) (generation & GENERATIONS - 1) << 40 | (long) place << 20 | (long) kind << 16 | detail & 0xFFFF;
    }

    static int place(long id) {
        return (int) (id >>> 20) & MAX_PLACES - 1;
    }

    static int kind(long id) {
        return (int) (id >>> 16) & 0xF;
    }

    static int detail(long id) {
        return (int) id & 0xFFFF;
    }

    static boolean isOf(long id, int generation) {
        return (int) (id >>> 40) == (generation & GENERATIONS - 1);
    }
}
