package dev.weft.perf.iperf3;

import java.io.IOException;
import java.nio.channels.SocketChannel;

/** Writes blocks as fast as the other end takes them, or at a rate. */
final class TcpSender extends DataStream {
    private final Pacer pacer;
    private final Budget budget;

    TcpSender(int id, SocketChannel channel, int length, Pacer pacer, Budget budget) {
        super(id, true, channel, length);
        this.pacer = pacer;
        this.budget = budget;
    }

    @Override
    void step() throws IOException {
        if (buffer.position() == 0 || !buffer.hasRemaining()) {
            if (!mayGo()) {
                return;
            }
            buffer.clear();
        }
        add(bytes, channel.write(buffer));
    }

    private boolean mayGo() {
        if (!pacer.isTime(bytes.getPlain())) {
            return false;
        }
        if (!budget.take(buffer.capacity())) {
            finish();
            return false;
        }
        return true;
    }
}
