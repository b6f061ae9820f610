package dev.weft.rdma;

import dev.weft.loop.LaneLoop;
import dev.weft.loop.LaneThread;
import dev.weft.rdma.sim.SimWorld;
import io.netty.channel.IoEventLoop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

/**
 * A lane's loop in virtual time: it turns like {@link LaneThread} does, pollers first, then what can be read, then tasks, and sleeps
 * when a turn found nothing. Only a readable descriptor, a task or a timer wakes it; a completion nobody asked to be told of does not.
 */
final class SimLoop implements LaneLoop, RdmaLoop {
    private static final long TURN_NANOS = 700;
    private static final long TICK_NANOS = 20_000_000;

    private final class FdWatch implements Watch {
        private final int fd;
        private final Runnable onReadable;
        private final Runnable waker = SimLoop.this::wake;
        private boolean open = true;

        FdWatch(int fd, Runnable onReadable) {
            this.fd = fd;
            this.onReadable = onReadable;
        }

        @Override
        public void close() {
            if (open) {
                open = false;
                watches.remove(this);
                world.unwatch(fd, waker);
            }
        }
    }

    private final SimWorld world;
    private final int lane;
    private final List<FdWatch> watches = new ArrayList<>();
    private final List<Poller> pollers = new ArrayList<>();
    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private boolean turnComing;
    private long pausedUntil;
    private boolean ended;

    SimLoop(SimWorld world, int lane) {
        this.world = world;
        this.lane = lane;
    }

    /** Calls {@code ticker} about every 20 ms until the loop ends. */
    void addTicker(LaneThread.Ticker ticker) {
        after(TICK_NANOS, () -> {
            ticker.onTick(nanoTime());
            if (!ended) {
                addTicker(ticker);
            }
        });
    }

    /** The thread stands still for a while, as under SIGSTOP or in a long collection. */
    void pause(long nanos) {
        pausedUntil = world.now() + nanos;
    }

    /** The process is killed: nothing runs any more. */
    void end() {
        ended = true;
    }

    private void wake() {
        if (!turnComing && !ended) {
            turnComing = true;
            world.after(Math.max(TURN_NANOS, pausedUntil - world.now()), this::turn);
        }
    }

    private void turn() {
        turnComing = false;
        if (ended) {
            return;
        }
        if (pausedUntil > world.now()) {
            wake();
            return;
        }
        int work = 0;
        for (Poller poller : List.copyOf(pollers)) {
            work += poller.poll();
        }
        for (FdWatch watch : List.copyOf(watches)) {
            if (watch.open && world.isReadable(watch.fd)) {
                watch.onReadable.run();
                work++;
            }
        }
        for (int i = tasks.size(); i > 0 && !ended; i--) {
            tasks.poll().run();
            work++;
        }
        if (work > 0) {
            wake();
        }
    }

    @Override
    public int lane() {
        return lane;
    }

    @Override
    public IoEventLoop eventLoop() {
        throw new UnsupportedOperationException("there is no epoll in virtual time");
    }

    @Override
    public long nanoTime() {
        return world.now();
    }

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
        wake();
    }

    @Override
    public Watch watch(int fd, Runnable onReadable) {
        FdWatch watch = new FdWatch(fd, onReadable);
        watches.add(watch);
        world.watch(fd, watch.waker);
        wake();
        return watch;
    }

    @Override
    public Watch after(long nanos, Runnable task) {
        boolean[] cancelled = {false};
        world.after(nanos, () -> {
            if (!cancelled[0]) {
                execute(() -> {
                    if (!cancelled[0]) {
                        task.run();
                    }
                });
            }
        });
        return () -> cancelled[0] = true;
    }

    @Override
    public void addPoller(Poller poller) {
        pollers.add(poller);
        wake();
    }

    @Override
    public void removePoller(Poller poller) {
        pollers.remove(poller);
    }
}
