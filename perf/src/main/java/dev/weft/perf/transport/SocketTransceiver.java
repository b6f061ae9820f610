package dev.weft.perf.transport;

import dev.weft.linux.FastIo;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.channels.NetworkChannel;

/** What all sockets have in common: one message is being sent at a time, from memory of its own, by {@link #push}. */
abstract class SocketTransceiver implements Transceiver {
    final int fd;
    final Arena arena = Arena.ofShared();
    final FastIo io = new FastIo(arena);
    final long sendMemory;
    /** What of the message has not been taken by the kernel yet: from here to {@link #sendTo}. */
    int sendFrom;
    int sendTo;
    boolean broken;
    private final NetworkChannel channel;
    private final String description;
    private boolean closed;

    /** @param remote as people read it */
    SocketTransceiver(NetworkChannel channel, int fd, int messageBytes, Object remote) throws IOException {
        this.channel = channel;
        this.fd = fd;
        description = channel.getLocalAddress() + " to " + remote;
        sendMemory = arena.allocate(messageBytes, 64).address();
    }

    /** Gives the kernel as much as it takes, or marks the stream broken. */
    abstract void push();

    @Override
    public final long claim(int length) {
        flush();
        return broken ? CLOSED : sendFrom < sendTo ? NOT_NOW : sendMemory;
    }

    @Override
    public final void commit(int length) {
        sendFrom = 0;
        sendTo = length;
        push();
    }

    @Override
    public final void flush() {
        if (sendFrom < sendTo) {
            push();
        }
    }

    @Override
    public final String describe() {
        return description;
    }

    final boolean isClosed() {
        return closed;
    }

    @Override
    public final void close() {
        if (closed) {
            return;
        }
        closed = true;
        broken = true;
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            arena.close();
        }
    }
}
