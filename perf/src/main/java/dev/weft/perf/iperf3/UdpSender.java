package dev.weft.perf.iperf3;

import java.io.IOException;
import java.net.PortUnreachableException;
import java.nio.channels.DatagramChannel;
import java.time.Clock;
import java.time.Instant;

/**
 * Sends numbered and stamped datagrams at a rate.
 *
 * <pre>
 *  0        4          8            12 or 16
 *  | seconds | microsec | sequence  | anything
 * </pre>
 */
final class UdpSender extends DataStream {
    private final Pacer pacer;
    private final Budget budget;
    private final Clock clock;
    private final boolean wide;

    UdpSender(int id, DatagramChannel channel, int length, boolean wide, Pacer pacer, Budget budget, Clock clock) {
        super(id, true, channel, length);
        this.wide = wide;
        this.pacer = pacer;
        this.budget = budget;
        this.clock = clock;
    }

    @Override
    void step() throws IOException {
        if (!pacer.isTime(bytes.getPlain())) {
            return;
        }
        if (!budget.take(buffer.capacity())) {
            finish();
            return;
        }
        long sequence = packets.getPlain() + 1;
        Instant now = clock.instant();
        buffer.clear();
        buffer.putInt(0, (int) now.getEpochSecond()).putInt(4, now.getNano() / 1000);
        if (wide) {
            buffer.putLong(8, sequence);
        } else {
            buffer.putInt(8, (int) sequence);
        }
        try {
            int n = channel.write(buffer);
            if (n > 0) {
                add(bytes, n);
                add(packets, 1);
            }
        } catch (PortUnreachableException closed) {
            throw new IOException("nobody listens on the other end of UDP stream " + id(), closed);
        }
    }
}
