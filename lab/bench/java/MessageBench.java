import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.Subscription;
import io.aeron.logbuffer.FrameDescriptor;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The measuring client of lab/bench/messaging: plain Aeron, the same for every system.
 *
 * <pre>
 *   sink DIR CHANNEL                              counts what arrives until a message of 8 bytes ends it
 *   source DIR CHANNEL BYTES SECONDS              sends as fast as the stream takes it
 *   echo DIR CHANNEL BACK                         returns every message
 *   rtt DIR CHANNEL BACK BYTES RATE SECONDS       open loop: sends at fixed times, measures from the intended time
 *   listen DIR CHANNEL COUNT                      subscribes to COUNT streams and stays
 *   hold DIR CHANNEL COUNT                        publishes COUNT streams, sends nothing on them and stays
 * </pre>
 *
 * Each prints one line of JSON. CPU is that of the own process.
 */
public final class MessageBench {
    private static final int STREAM = 1001;
    private static final int BACK_STREAM = 1002;
    private static final int END_LENGTH = 8;
    private static final long WARM_UP_NANOS = TimeUnit.SECONDS.toNanos(1);

    private MessageBench() {
    }

    public static void main(String[] a) {
        try (Aeron aeron = Aeron.connect(new Aeron.Context().aeronDirectoryName(a[1]))) {
            switch (a[0]) {
                case "sink" -> sink(aeron, a[2]);
                case "source" -> source(aeron, a[2], Integer.parseInt(a[3]), Integer.parseInt(a[4]));
                case "echo" -> echo(aeron, a[2], a[3]);
                case "rtt" -> roundTrips(aeron, a[2], a[3], Integer.parseInt(a[4]), Integer.parseInt(a[5]), Integer.parseInt(a[6]));
                case "listen" -> listen(aeron, a[2], Integer.parseInt(a[3]));
                case "hold" -> hold(aeron, a[2], Integer.parseInt(a[3]));
                default -> throw new IllegalArgumentException("unknown mode " + a[0]);
            }
        }
    }

    private static double cpuSeconds() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime() / 1e9;
    }

    private static IdleStrategy idle() {
        return new BackoffIdleStrategy(10, 20, 1_000, 50_000);
    }

    private static void sink(Aeron aeron, String channel) {
        Subscription subscription = aeron.addSubscription(channel, STREAM);
        System.out.println("ready");
        long[] count = {0, 0, 0, 0}; // messages, first after warm-up, last, begin
        boolean[] ended = {false};
        IdleStrategy idle = idle();
        double[] cpu = {0};
        while (!ended[0]) {
            int work = subscription.poll((buffer, offset, length, header) -> {
                if (length == END_LENGTH) {
                    ended[0] = true;
                } else if ((header.flags() & FrameDescriptor.END_FRAG_FLAG) != 0) {
                    count[0]++; // a message longer than the MTU comes in several fragments
                }
            }, 64);
            if (work > 0) {
                long now = System.nanoTime();
                if (count[3] == 0) {
                    count[3] = now;
                } else if (count[1] == 0 && now - count[3] > WARM_UP_NANOS) {
                    count[1] = now;
                    count[0] = 0;
                    cpu[0] = cpuSeconds();
                }
                count[2] = now;
            }
            idle.idle(work);
        }
        double seconds = (count[2] - count[1]) / 1e9;
        System.out.printf(Locale.ROOT, "{\"messages\":%d,\"seconds\":%.4f,\"per_s\":%.1f,\"cpu_s\":%.3f}%n", count[0], seconds,
                count[0] / seconds, cpuSeconds() - cpu[0]);
    }

    private static ExclusivePublication publication(Aeron aeron, String channel, int stream) {
        ExclusivePublication publication = aeron.addExclusivePublication(channel, stream);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!publication.isConnected()) {
            if (System.nanoTime() - deadline > 0) {
                throw new IllegalStateException("nobody subscribes to " + channel);
            }
            LockSupport.parkNanos(1_000_000);
        }
        return publication;
    }

    private static void source(Aeron aeron, String channel, int bytes, int seconds) {
        ExclusivePublication publication = publication(aeron, channel, STREAM);
        UnsafeBuffer message = new UnsafeBuffer(java.nio.ByteBuffer.allocateDirect(bytes));
        IdleStrategy idle = idle();
        long end = System.nanoTime() + WARM_UP_NANOS + TimeUnit.SECONDS.toNanos(seconds);
        long sent = 0;
        long refused = 0;
        while (System.nanoTime() - end < 0) {
            for (int i = 0; i < 16; i++) {
                if (publication.offer(message, 0, bytes) > 0) {
                    sent++;
                    idle.reset();
                } else {
                    refused++;
                    idle.idle();
                }
            }
        }
        UnsafeBuffer last = new UnsafeBuffer(new byte[END_LENGTH]);
        while (publication.offer(last) < 0) {
            Thread.onSpinWait();
        }
        System.out.printf(Locale.ROOT, "{\"messages\":%d,\"back_pressure\":%d,\"cpu_s\":%.3f}%n", sent, refused, cpuSeconds());
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(500)); // what was sent last must leave before the client does
    }

    private static void listen(Aeron aeron, String channel, int count) {
        for (int stream = 0; stream < count; stream++) {
            aeron.addSubscription(channel, STREAM + stream);
        }
        System.out.println("ready");
        LockSupport.park(MessageBench.class);
    }

    private static void hold(Aeron aeron, String channel, int count) {
        for (int stream = 0; stream < count; stream++) {
            publication(aeron, channel, STREAM + stream);
        }
        System.out.println("ready");
        LockSupport.park(MessageBench.class);
    }

    private static void echo(Aeron aeron, String channel, String back) {
        Subscription subscription = aeron.addSubscription(channel, STREAM);
        System.out.println("ready");
        ExclusivePublication publication = publication(aeron, back, BACK_STREAM);
        boolean[] ended = {false};
        IdleStrategy idle = idle();
        while (!ended[0]) {
            idle.idle(subscription.poll((buffer, offset, length, header) -> {
                ended[0] |= length == END_LENGTH;
                while (publication.offer(buffer, offset, length) < 0 && publication.isConnected()) {
                    Thread.onSpinWait();
                }
            }, 16));
        }
    }

    private static void roundTrips(Aeron aeron, String channel, String back, int bytes, int rate, int seconds) {
        Subscription subscription = aeron.addSubscription(back, BACK_STREAM);
        ExclusivePublication publication = publication(aeron, channel, STREAM);
        UnsafeBuffer message = new UnsafeBuffer(java.nio.ByteBuffer.allocateDirect(Math.max(16, bytes)));
        int warm = rate;
        int total = warm + rate * seconds;
        long[] latencies = new long[total];
        int[] got = {0};
        long interval = 1_000_000_000L / rate;
        long begin = System.nanoTime() + 1_000_000;
        int sent = 0;
        long late = 0;
        IdleStrategy idle = idle();
        long giveUp = begin + total * interval + TimeUnit.SECONDS.toNanos(5);
        while (got[0] < total && System.nanoTime() - giveUp < 0) {
            int work = 0;
            long now = System.nanoTime();
            if (sent < total && now - (begin + sent * interval) >= 0) {
                message.putLong(0, begin + sent * interval);
                if (publication.offer(message, 0, message.capacity()) > 0) {
                    late = Math.max(late, now - (begin + sent * interval));
                    sent++;
                }
                work = 1;
            }
            work += subscription.poll((buffer, offset, length, header) -> {
                if (length != END_LENGTH && got[0] < total) {
                    latencies[got[0]++] = System.nanoTime() - buffer.getLong(offset);
                }
            }, 16);
            if (work == 0 && begin + sent * interval - System.nanoTime() > 100_000) {
                idle.idle();
            } else {
                Thread.onSpinWait();
                idle.reset();
            }
        }
        UnsafeBuffer last = new UnsafeBuffer(new byte[END_LENGTH]);
        publication.offer(last);
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
        long[] measured = Arrays.copyOfRange(latencies, Math.min(warm, got[0]), got[0]);
        Arrays.sort(measured);
        System.out.printf(Locale.ROOT, "{\"sent\":%d,\"received\":%d,\"p50\":%.2f,\"p99\":%.2f,\"p999\":%.2f,\"max\":%.2f,\"late_us\":%.1f}%n",
                sent, got[0], at(measured, 0.5), at(measured, 0.99), at(measured, 0.999), at(measured, 1), late / 1e3);
    }

    /** In microseconds. */
    private static double at(long[] sorted, double quantile) {
        return sorted.length == 0 ? -1 : sorted[(int) Math.min(sorted.length - 1L, (long) (quantile * sorted.length))] / 1e3;
    }
}
