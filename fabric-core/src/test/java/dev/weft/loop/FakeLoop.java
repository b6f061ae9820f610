package dev.weft.loop;

import io.netty.channel.IoEventLoop;
import java.util.ArrayDeque;
import java.util.Queue;

/** A lane loop the test drives: time moves when told, tasks run when told. */
public final class FakeLoop implements LaneLoop {
    private final int lane;
    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private long now = 1_000_000_000L;

    public FakeLoop(int lane) {
        this.lane = lane;
    }

    public void advanceMicros(long micros) {
        now += micros * 1_000;
    }

    public void advanceMillis(long millis) {
        now += millis * 1_000_000;
    }

    /** Runs one waiting task; false when there was none. */
    public boolean runOne() {
        Runnable task = tasks.poll();
        if (task == null) {
            return false;
        }
        task.run();
        return true;
    }

    /** Runs the tasks of several loops, turn by turn, until none is left. */
    public static void runAll(FakeLoop... loops) {
        boolean worked;
        do {
            worked = false;
            for (FakeLoop loop : loops) {
                worked |= loop.runOne();
            }
        } while (worked);
    }

    @Override
    public int lane() {
        return lane;
    }

    @Override
    public IoEventLoop eventLoop() {
        throw new UnsupportedOperationException("nothing to wait for in a test without descriptors");
    }

    @Override
    public long nanoTime() {
        return now;
    }

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
    }

    @Override
    public void addPoller(Poller poller) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void removePoller(Poller poller) {
        throw new UnsupportedOperationException();
    }
}
