package dev.weft.rdma;

import dev.weft.loop.LaneLoop;

/** What RDMA links need of their lane's loop. A seam: tests drive links with descriptors and time of their own. Lane's thread only. */
interface RdmaLoop {

    /** Monotonic, as of the current turn. */
    long nanoTime();

    /** Runs a task on the lane's thread, soon. From any thread. */
    void execute(Runnable task);

    /** Calls back on each turn in which the descriptor can be read, until closed. The descriptor must outlive the watch. */
    Watch watch(int fd, Runnable onReadable);

    /** Runs a task once after that time, unless cancelled. */
    Watch after(long nanos, Runnable task);

    /** See {@link LaneLoop#addPoller}. */
    void addPoller(LaneLoop.Poller poller);

    void removePoller(LaneLoop.Poller poller);

    /** Something that goes on until closed. Idempotent. */
    @FunctionalInterface
    interface Watch extends AutoCloseable {
        @Override
        void close();
    }
}
