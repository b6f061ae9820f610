package dev.weft.rdma;

import dev.weft.loop.LaneLoop;
import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts the descriptors of RDMA channels on the lane's epoll, level-triggered: what is left unread is told again. */
final class EpollRdmaLoop implements RdmaLoop {
    private static final Logger LOG = LoggerFactory.getLogger(EpollRdmaLoop.class);

    private final LaneLoop loop;

    EpollRdmaLoop(LaneLoop loop) {
        this.loop = loop;
    }

    @Override
    public long nanoTime() {
        return loop.nanoTime();
    }

    @Override
    public void execute(Runnable task) {
        loop.execute(task);
    }

    @Override
    public Watch watch(int fd, Runnable onReadable) {
        Handle handle = new Handle(fd, onReadable);
        loop.eventLoop().register(handle).addListener((Future<IoRegistration> done) -> {
            if (done.isSuccess()) {
                handle.registered(done.getNow());
            } else {
                LOG.error("cannot wait for RDMA descriptor {}: {}", fd, done.cause().toString());
            }
        });
        return handle::cancel;
    }

    @Override
    public Watch after(long nanos, Runnable task) {
        Future<?> timer = loop.eventLoop().schedule(task, nanos, TimeUnit.NANOSECONDS);
        return () -> timer.cancel(false);
    }

    @Override
    public void addPoller(LaneLoop.Poller poller) {
        loop.addPoller(poller);
    }

    @Override
    public void removePoller(LaneLoop.Poller poller) {
        loop.removePoller(poller);
    }

    /** The library owns the descriptor: it is watched here and closed there. */
    private static final class Handle implements EpollIoHandle {
        private final FileDescriptor fd;
        private final Runnable onReadable;
        private IoRegistration registration;
        private boolean cancelled;

        Handle(int fd, Runnable onReadable) {
            this.fd = new FileDescriptor(fd);
            this.onReadable = onReadable;
        }

        void registered(IoRegistration made) {
            registration = made;
            if (cancelled) {
                made.cancel();
            } else {
                made.submit(EpollIoOps.EPOLLIN);
            }
        }

        void cancel() {
            cancelled = true;
            if (registration != null && registration.isValid()) {
                registration.cancel();
            }
        }

        @Override
        public FileDescriptor fd() {
            return fd;
        }

        @Override
        public void handle(IoRegistration from, IoEvent event) {
            if (!cancelled) {
                onReadable.run();
            }
        }

        @Override
        public void close() {
            cancelled = true;
        }
    }
}
