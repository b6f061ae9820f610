package dev.weft.loop;

import dev.weft.counters.CounterId;
import dev.weft.counters.Counters;
import io.netty.channel.IoEventLoop;
import io.netty.channel.ManualIoEventLoop;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread of a lane. Each turn: pollers, then whatever the kernel has ready, then (every 20 to 60 ms) the tickers. It sleeps in
 * epoll when a whole turn found nothing to do and the {@link SpinWindow} is closed.
 *
 * <pre>
 *        +--> pollers --> work done? --yes--> epoll without waiting --+
 *        |                    | no                                    |
 *        |                    +--> spin window open? --yes, yield-----+
 *        |                    | no                                    |
 *        |                    +--> epoll, waiting until the next tick-+
 *        +---------------------- tickers when due <-------------------+
 * </pre>
 */
public final class LaneThread implements LaneLoop, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LaneThread.class);
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long IDLE_TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(60);
    private static final long STALL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** Called about every 20 ms on the lane's thread, every 60 ms while there is nothing to do. */
    @FunctionalInterface
    public interface Ticker {
        void onTick(long nowNanos);
    }

    private final int lane;
    private final SpinWindow spin;
    private final Counters counters;
    private final ManualIoEventLoop eventLoop;
    private final Thread thread;
    private final CountDownLatch ended = new CountDownLatch(1);
    private Poller[] pollers = new Poller[0];
    private Ticker[] tickers = new Ticker[0];
    private long now = System.nanoTime();
    private long nextTick = now;
    private long wakeAt = Long.MAX_VALUE;
    private boolean workSinceTick;
    private volatile boolean running = true;

    /**
     * @param spinNanos how long to keep looking without sleeping while work comes often; 0 sleeps at once
     */
    public LaneThread(int lane, long spinNanos, Counters counters) {
        this.lane = lane;
        spin = new SpinWindow(spinNanos, now);
        this.counters = counters;
        // Netty keeps its object pools and buffer caches for threads of its own kind only.
        thread = new FastThreadLocalThread(this::run, "weft-lane-" + lane);
        thread.setDaemon(true);
        eventLoop = new ManualIoEventLoop(thread, EpollIoHandler.newFactory());
    }

    public void start() {
        thread.start();
    }

    @Override
    public int lane() {
        return lane;
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
        pollers = append(pollers, poller);
    }

    @Override
    public void removePoller(Poller poller) {
        Poller[] kept = new Poller[pollers.length];
        int count = 0;
        for (Poller each : pollers) {
            if (each != poller) {
                kept[count++] = each;
            }
        }
        pollers = java.util.Arrays.copyOf(kept, count);
    }

    public void addTicker(Ticker ticker) {
        Ticker[] grown = java.util.Arrays.copyOf(tickers, tickers.length + 1);
        grown[tickers.length] = ticker;
        tickers = grown;
    }

    /** Asks that the loop does not sleep beyond {@code nanos} (of {@link #nanoTime}) this turn. Lane's thread only. */
    public void wakeBy(long nanos) {
        wakeAt = Math.min(wakeAt, nanos);
    }

    private static Poller[] append(Poller[] pollers, Poller poller) {
        Poller[] grown = java.util.Arrays.copyOf(pollers, pollers.length + 1);
        grown[pollers.length] = poller;
        return grown;
    }

    private void run() {
        try {
            while (running) {
                turn();
            }
        } finally {
            eventLoop.shutdownGracefully(0, 0, TimeUnit.SECONDS);
            while (!eventLoop.isTerminated()) {
                eventLoop.run(TICK_NANOS);
            }
            ended.countDown();
        }
    }

    private void turn() {
        try {
            now = System.nanoTime();
            wakeAt = nextTick;
            int work = 0;
            for (Poller poller : pollers) {
                work += poller.poll();
            }
            boolean looking = work == 0 && spin.isOpen(now);
            if (looking) {
                Thread.yield(); // whoever shares this CPU may be the one who makes the next work
            }
            long wait = looking || work > 0 ? 0 : wakeAt - now;
            int handled = wait > 0 ? eventLoop.run(wait) : eventLoop.runNow();
            long after = System.nanoTime();
            if (work + handled > 0) {
                workSinceTick = true;
                spin.worked(after);
            }
            if (after - now - Math.max(wait, 0) > STALL_NANOS) {
                counters.increment(CounterId.LOOP_STALLS);
            }
            now = after;
            tickWhenDue();
        } catch (RuntimeException e) {
            // One bad event must not end the lane: containers of every peer depend on it.
            LOG.error("lane {}: unexpected failure, the lane goes on", lane, e);
        }
    }

    private void tickWhenDue() {
        if (now - nextTick >= 0) {
            boolean busy = workSinceTick;
            workSinceTick = false;
            nextTick = now + (busy ? TICK_NANOS : IDLE_TICK_NANOS);
            for (Ticker ticker : tickers) {
                ticker.onTick(now);
            }
        }
    }

    /** Ends the thread and closes every channel of the loop; waits for it at most 5 s. Not from the lane's own thread. */
    @Override
    public void close() {
        running = false;
        eventLoop.wakeup();
        try {
            if (!ended.await(5, TimeUnit.SECONDS)) {
                LOG.warn("lane {}: thread did not end within 5 s", lane);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
