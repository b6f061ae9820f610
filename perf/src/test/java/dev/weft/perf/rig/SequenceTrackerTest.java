package dev.weft.perf.rig;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class SequenceTrackerTest {
    private final Tally tally = new Tally();
    private final SequenceTracker tracker = new SequenceTracker(tally);

    private void arrive(long... sequences) {
        for (long sequence : sequences) {
            tracker.onMessage(sequence);
        }
    }

    private void expect(long lost, long duplicated, long reordered) {
        assertEquals(lost + " lost, " + duplicated + " doubled, " + reordered + " late",
                tally.lost.get() + " lost, " + tally.duplicated.get() + " doubled, " + tally.reordered.get() + " late");
    }

    @Test
    void findsNothingInAWholeStream() {
        arrive(0, 1, 2, 3);
        expect(0, 0, 0);
    }

    @Test
    void countsGapsAndTakesThemBackWhenTheMessageIsOnlyLate() {
        arrive(0, 3);
        expect(2, 0, 0);
        arrive(1);
        expect(1, 0, 1);
    }

    @Test
    void tellsDoubledFromLate() {
        arrive(0, 2, 2, 0, 1, 1);
        expect(0, 3, 1);
    }

    @Test
    void survivesAJumpBeyondItsMemory() {
        long far = 3L * SequenceTracker.WINDOW;
        arrive(0, far, far, far - 1);
        expect(far - 2, 1, 1);
    }

    @Test
    void remembersAcrossTheWrapOfItsMemory() {
        for (long sequence = 0; sequence < 2L * SequenceTracker.WINDOW; sequence++) {
            arrive(sequence);
        }
        arrive(2L * SequenceTracker.WINDOW - 1, 2L * SequenceTracker.WINDOW + 1);
        expect(1, 1, 0);
    }

    @Test
    void refusesASequenceNobodySends() {
        arrive(0, -5);
        expect(0, 1, 0);
    }
}
