package dev.weft.perf.iperf3;

import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.SocketChannel;

/** Reads and counts. */
final class TcpReceiver extends DataStream {
    TcpReceiver(int id, SocketChannel channel, int length) {
        super(id, false, channel, length);
    }

    @Override
    void step() throws IOException {
        buffer.clear();
        int n = channel.read(buffer);
        if (n < 0) {
            throw new EOFException("the other end closed stream " + id());
        }
        add(bytes, n);
    }
}
