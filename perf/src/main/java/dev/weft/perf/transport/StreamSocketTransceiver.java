package dev.weft.perf.transport;

import dev.weft.linux.Errno;
import dev.weft.linux.FastIo;
import dev.weft.linux.LinuxException;
import dev.weft.linux.Memory;
import dev.weft.linux.SocketOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.channels.SocketChannel;

/**
 * Messages of one fixed size, end to end on a stream socket (TCP or unix). One system call sends a message; one receives as many as fit.
 *
 * <pre>
 *  receive memory:   | consumed | whole messages | part of one | free |
 *                    0          from                           filled   capacity
 * </pre>
 */
final class StreamSocketTransceiver implements Transceiver {
    /** Messages at least this large are read one at a time, so that none has to be moved. */
    private static final int LARGE = 16 * 1024;
    private static final int BULK = 64 * 1024;

    private final SocketChannel channel;
    private final int fd;
    private final boolean tcp;
    private final String description;
    private final int messageBytes;
    private final Arena arena = Arena.ofShared();
    private final FastIo io = new FastIo(arena);
    private final long sendMemory;
    private final long receiveMemory;
    private final int capacity;
    private int sendFrom;
    private int sendTo;
    private int from;
    private int filled;
    private boolean broken;
    private boolean closed;

    StreamSocketTransceiver(SocketChannel channel, int fd, boolean tcp, int messageBytes) throws IOException {
        this.channel = channel;
        this.fd = fd;
        this.tcp = tcp;
        this.messageBytes = messageBytes;
        description = channel.getLocalAddress() + " to " + channel.getRemoteAddress();
        capacity = messageBytes >= LARGE ? messageBytes : BULK + messageBytes;
        sendMemory = arena.allocate(messageBytes, 64).address();
        receiveMemory = arena.allocate(capacity, 64).address();
    }

    @Override
    public long claim(int length) {
        if (sendFrom < sendTo) {
            push();
        }
        return broken ? CLOSED : sendFrom < sendTo ? NOT_NOW : sendMemory;
    }

    @Override
    public void commit(int length) {
        sendFrom = 0;
        sendTo = length;
        push();
    }

    @Override
    public void flush() {
        if (sendFrom < sendTo) {
            push();
        }
    }

    private void push() {
        while (sendFrom < sendTo && !broken) {
            int written = io.write(fd, sendMemory + sendFrom, sendTo - sendFrom);
            if (written > 0) {
                sendFrom += written;
            } else if (written == -Errno.EAGAIN || written == -Errno.EINTR) {
                return;
            } else {
                broken = true;
            }
        }
    }

    @Override
    public int poll(MessageHandler handler, int limit) {
        int delivered = deliver(handler, limit);
        if (delivered > 0 || filled - from >= messageBytes) {
            return delivered;
        }
        int read = io.read(fd, receiveMemory + filled, capacity - filled);
        if (read == -Errno.EAGAIN || read == -Errno.EINTR) {
            return broken ? CLOSED : 0;
        }
        if (read <= 0) {
            return CLOSED;
        }
        filled += read;
        return deliver(handler, limit);
    }

    private int deliver(MessageHandler handler, int limit) {
        int delivered = 0;
        while (delivered < limit && filled - from >= messageBytes && handler.onMessage(receiveMemory + from, messageBytes)) {
            from += messageBytes;
            delivered++;
        }
        if (from == filled) {
            from = 0;
            filled = 0;
        } else if (capacity - filled < messageBytes && from > 0) {
            Memory.copy(receiveMemory + from, receiveMemory, filled - from);
            filled -= from;
            from = 0;
        }
        return delivered;
    }

    @Override
    public void endSending() {
        try {
            channel.shutdownOutput();
        } catch (IOException e) {
            broken = true; // the other end went first
        }
    }

    @Override
    public String describe() {
        return description;
    }

    @Override
    public long retransmits() {
        if (!tcp || closed) {
            return -1;
        }
        try {
            return SocketOptions.retransmits(fd);
        } catch (LinuxException e) {
            return -1;
        }
    }

    @Override
    public void close() {
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
