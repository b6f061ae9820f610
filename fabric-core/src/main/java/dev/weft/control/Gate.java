package dev.weft.control;

import java.util.ArrayDeque;
import java.util.Deque;

/** Lets so many in at a time, the others in the order in which they came. One thread. */
final class Gate {
    private final Deque<Runnable> waiting = new ArrayDeque<>();
    private int free;

    Gate(int places) {
        free = places;
    }

    /** @param entered runs now, or when somebody has left; is the caller's name for {@link #giveUp} */
    void enter(Runnable entered) {
        if (free > 0) {
            free--;
            entered.run();
        } else {
            waiting.add(entered);
        }
    }

    /** One that was let in goes. */
    void leave() {
        free++;
        if (!waiting.isEmpty()) {
            free--;
            waiting.poll().run();
        }
    }

    /** One that waits, if it does, goes. */
    void giveUp(Runnable entered) {
        waiting.remove(entered);
    }

    boolean isWanted() {
        return !waiting.isEmpty();
    }
}
