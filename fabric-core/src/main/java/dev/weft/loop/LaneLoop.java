package dev.weft.loop;

import io.netty.channel.IoEventLoop;

/**
 * The event loop of a lane: one thread that waits for the TUN queue, the links' sockets and completion channels together.
 * This is all a transport sees of a lane.
 */
public interface LaneLoop {

    /** Number of the lane on this host, from 0. */
    int lane();

    /** Netty's loop on the native epoll transport; register {@code EpollIoHandle}s and channels here. */
    IoEventLoop eventLoop();

    /** Monotonic time in nanoseconds, as of the current turn of the loop. */
    long nanoTime();

    /** Runs a task on the lane's thread, soon. May be called from any thread. */
    void execute(Runnable task);

    /**
     * Has {@code poller} called once each turn of the loop while registered, before the loop sleeps; the loop keeps turning without
     * sleeping for a spin window after any poller reported work. Lane's thread only.
     */
    void addPoller(Poller poller);

    void removePoller(Poller poller);

    /** Work to look for without waiting. */
    @FunctionalInterface
    interface Poller {
        /** @return how much was done; 0 for nothing */
        int poll();
    }
}
