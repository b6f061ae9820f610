package dev.weft.perf.transport;

import dev.weft.loop.LaneLoop;
import io.netty.channel.IoEventLoop;
import io.netty.channel.ManualIoEventLoop;
import io.netty.channel.epoll.EpollIoHandler;
import java.util.concurrent.TimeUnit;

/** A lane's event loop without a lane: turned by the thread that made it, whenever that thread wants something from its link. */
final class LinkLoop implements LaneLoop, AutoCloseable {
    private static final long CLOSE_STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final ManualIoEventLoop eventLoop = new ManualIoEventLoop(Thread.currentThread(), EpollIoHandler.newFactory());
    private Poller[] pollers = new Poller[0];
    private long now = System.nanoTime();

    /** Pollers once, then what the kernel has ready. @param waitNanos how long to sleep when there is nothing; 0 never sleeps */
    void turn(long waitNanos) {
        now = System.nanoTime();
        int work = 0;
        for (Poller poller : pollers) {
            work += poller.poll();
        }
        if (work > 0 || waitNanos == 0) {
            eventLoop.runNow();
        } else {
            eventLoop.run(waitNanos);
        }
    }

    @Override
    public int lane() {
        return 0;
    }

    @Override
    public IoEventLoop eventLoop() {
        return eventLoop;
    }

    @Override
    public long nanoTime() {
        return now;
    }

    @Override
    public void execute(Runnable task) {
        eventLoop.execute(task);
    }

    @Override
    public void addPoller(Poller poller) {
        pollers = java.util.Arrays.copyOf(pollers, pollers.length + 1);
        pollers[pollers.length - 1] = poller;
    }

    @Override
    public void removePoller(Poller poller) {
        pollers = java.util.Arrays.stream(pollers).filter(each -> each != poller).toArray(Poller[]::new);
    }

    @Override
    public void close() {
        eventLoop.shutdownGracefully(0, 0, TimeUnit.SECONDS);
        while (!eventLoop.isTerminated()) {
            eventLoop.run(CLOSE_STEP_NANOS);
        }
    }
}
