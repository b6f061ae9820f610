package dev.weft.perf.rig;

/**
 * Finds lost, doubled and late messages by their sequence, which counts from 0. Remembers the last {@link #WINDOW} of them; what is older
 * than that counts as late, not as doubled.
 */
final class SequenceTracker {
    static final int WINDOW = 1 << 16;

    private final long[] seen = new long[WINDOW / Long.SIZE];
    private final Tally tally;
    private long next;
    private long distinct;

    SequenceTracker(Tally tally) {
        this.tally = tally;
    }

    /** @return whether the message is the first with this sequence */
    boolean onMessage(long sequence) {
        if (sequence == next) {
            mark(sequence);
            next++;
            distinct++;
            return true;
        }
        return sequence > next ? jump(sequence) : late(sequence);
    }

    private boolean jump(long sequence) {
        if (sequence - next >= WINDOW) {
            java.util.Arrays.fill(seen, 0);
        } else {
            for (long missing = next; missing < sequence; missing++) {
                seen[index(missing)] &= ~bit(missing);
            }
        }
        mark(sequence);
        next = sequence + 1;
        distinct++;
        tally.lost.set(next - distinct);
        return true;
    }

    private boolean late(long sequence) {
        if (sequence < 0 || next - sequence <= WINDOW && (seen[index(sequence)] & bit(sequence)) != 0) {
            tally.duplicated.add(1);
            return false;
        }
        if (next - sequence <= WINDOW) {
            mark(sequence);
        }
        distinct++;
        tally.reordered.add(1);
        tally.lost.set(next - distinct);
        return true;
    }

    private void mark(long sequence) {
        seen[index(sequence)] |= bit(sequence);
    }

    private static int index(long sequence) {
        return (int) (sequence & WINDOW - 1) >>> 6;
    }

    private static long bit(long sequence) {
        return 1L << sequence;
    }
}
