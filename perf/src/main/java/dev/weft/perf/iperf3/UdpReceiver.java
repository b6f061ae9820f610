package dev.weft.perf.iperf3;

import java.io.IOException;
import java.nio.channels.DatagramChannel;
import java.time.Clock;
import java.time.Instant;

/**
 * Counts datagrams, gaps in their numbers as lost, and one that comes late as found again; smooths the jitter as RFC 3550
 * section 6.4.1 does. The two clocks need not agree. Datagrams of another size than agreed, or too short, are nobody's.
 */
final class UdpReceiver extends DataStream {
    private final Clock clock;
    private final boolean wide;
    private double lastTransit;

    UdpReceiver(int id, DatagramChannel channel, int length, boolean wide, Clock clock) {
        super(id, false, channel, length);
        this.wide = wide;
        this.clock = clock;
    }

    @Override
    void step() throws IOException {
        buffer.clear();
        int n = channel.read(buffer);
        if (n >= (wide ? 16 : 12)) {
            arrived(n, wide ? buffer.getLong(8) : Integer.toUnsignedLong(buffer.getInt(8)), clock.instant());
        }
    }

    private void arrived(int size, long sequence, Instant now) {
        boolean first = bytes.getPlain() == 0;
        long highest = packets.getPlain();
        add(bytes, size);
        if (sequence > highest) {
            add(errors, sequence - highest - 1);
            packets.setRelease(sequence);
        } else {
            add(errors, errors.getPlain() > 0 ? -1 : 0);
        }
        double transit = now.getEpochSecond() - Integer.toUnsignedLong(buffer.getInt(0)) + (now.getNano() / 1000 - buffer.getInt(4)) / 1e6;
        if (!first) {
            jitter += (Math.abs(transit - lastTransit) - jitter) / 16;
        }
        lastTransit = transit;
    }
}
