package dev.weft.perf.transport;

import dev.weft.linux.Errno;
import dev.weft.linux.LinuxException;
import dev.weft.linux.Memory;
import dev.weft.linux.SocketOptions;
import java.io.IOException;
import java.nio.channels.SocketChannel;

/**
 * Messages of one fixed size, end to end on a stream socket (TCP or unix). One system call sends a message; one receives as many as fit.
 *
 * <pre>
 *  receive memory:   | consumed | whole messages | part of one | free |
 *                    0          from                           filled   capacity
 * </pre>
 */
final class StreamSocketTransceiver extends SocketTransceiver {
    /** Messages at least this large are read one at a time, so that none has to be moved. */
    private static final int LARGE = 16 * 1024;
    private static final int BULK = 64 * 1024;

    private final SocketChannel channel;
    private final boolean tcp;
    private final int messageBytes;
    private final long receiveMemory;
    private final int capacity;
    private int from;
    private int filled;

    StreamSocketTransceiver(SocketChannel channel, int fd, boolean tcp, int messageBytes) throws IOException {
        super(channel, fd, messageBytes, channel.getRemoteAddress());
        this.channel = channel;
        this.tcp = tcp;
        this.messageBytes = messageBytes;
        capacity = messageBytes >= LARGE ? messageBytes : BULK + messageBytes;
        receiveMemory = arena.allocate(capacity, 64).address();
    }

    @Override
    void push() {
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
    public long retransmits() {
        if (!tcp || isClosed()) {
            return -1;
        }
        try {
            return SocketOptions.retransmits(fd);
        } catch (LinuxException e) {
            return -1;
        }
    }
}
