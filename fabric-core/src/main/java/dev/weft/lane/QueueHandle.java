package dev.weft.lane;

import dev.weft.tun.PacketQueue;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;

/** Has the lane's event loop wait for a TUN queue. Edge-triggered: a queue that is left unread does not wake the lane again. */
final class QueueHandle implements EpollIoHandle {
    private static final EpollIoOps READABLE_EDGE = EpollIoOps.EPOLLIN.with(EpollIoOps.EPOLLET);

    private final PacketQueue queue;
    private final Runnable onReadable;

    QueueHandle(PacketQueue queue, Runnable onReadable) {
        this.queue = queue;
        this.onReadable = onReadable;
    }

    void register(IoEventLoop loop) {
        if (queue.fd() < 0) {
            onReadable.run();
            return;
        }
        loop.register(this).addListener(done -> {
            if (done.isSuccess()) {
                ((IoRegistration) done.getNow()).submit(READABLE_EDGE);
                onReadable.run(); // packets may have come before
            } else {
                throw new IllegalStateException("cannot wait for the TUN queue", done.cause());
            }
        });
    }

    @Override
    public FileDescriptor fd() {
        return new FileDescriptor(queue.fd());
    }

    @Override
    public void handle(IoRegistration registration, IoEvent event) {
        onReadable.run();
    }

    @Override
    public void close() {
        // The queue outlives the loop; the lane closes it.
    }
}
