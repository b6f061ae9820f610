package dev.weft.messaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.agent.config.MessagingConfig.Mode;
import dev.weft.agent.config.MessagingConfig.OfNetwork;
import dev.weft.agent.config.MessagingConfig.Unit;
import io.aeron.Aeron;
import io.aeron.Publication;
import io.aeron.Subscription;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntConsumer;
import org.agrona.concurrent.UnsafeBuffer;

/** Numbered messages of ordinary Aeron clients. */
final class Streams {
    private static final long PATIENCE_NANOS = Duration.ofSeconds(60).toNanos();

    private Streams() {
    }

    static OfNetwork network(String name, int vni, Mode mode) {
        return new OfNetwork(name, vni, Unit.NETWORK, List.of(), mode, 8192, 64 << 10, 64 << 20, 64, 0);
    }

    static Aeron client(Path directory) {
        return Aeron.connect(new Aeron.Context().aeronDirectoryName(directory.toString()));
    }

    /** Publishes numbers, polls until all have come in order. */
    static void exchange(Publication publication, Subscription subscription, int count, int length) {
        exchange(publication, subscription, count, length, sent -> { });
    }

    /**
     * @param disturbance told how many were sent after each
     */
    static void exchange(Publication publication, Subscription subscription, int count, int length, IntConsumer disturbance) {
        UnsafeBuffer message = new UnsafeBuffer(new byte[length]);
        AtomicLong expected = new AtomicLong();
        int sent = 0;
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (expected.get() < count) {
            if (sent < count) {
                message.putLong(0, sent);
                if (publication.offer(message) > 0) {
                    sent++;
                    disturbance.accept(sent);
                }
            }
            subscription.poll((buffer, offset, size, header) -> {
                assertEquals(length, size);
                assertEquals(expected.getAndIncrement(), buffer.getLong(offset));
            }, 50);
            assertTrue(System.nanoTime() < deadline, "only " + expected.get() + " of " + sent + " arrived");
        }
    }
}
