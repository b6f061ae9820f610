package dev.weft.messaging;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.weft.agent.config.MessagingConfig.Mode;
import dev.weft.link.LinkRig;
import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.Subscription;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A thousand streams between two hosts at once. */
class ManyStreamsTest {
    private static final int STREAMS = 1_000;
    private static final int MESSAGES = 20;

    @TempDir
    private Path directory;

    @Test
    void shouldCarryAThousandStreamsEachInOrder() throws Exception {
        try (TwoHosts hosts = new TwoHosts(new TwoHosts.Host("10.42.1.2"), new TwoHosts.Host("10.42.2.2"))) {
            hosts.a.start(Streams.network("blue", TwoHosts.VNI, Mode.SHARED), null, directory.resolve("a"));
            hosts.b.start(Streams.network("blue", TwoHosts.VNI, Mode.SHARED), null, directory.resolve("b"));
            try (Aeron a = Streams.client(directory.resolve("a")); Aeron b = Streams.client(directory.resolve("b"))) {
                exchange(a, b);
            }
        }
    }

    private static void exchange(Aeron a, Aeron b) {
        List<Subscription> subscriptions = new ArrayList<>();
        List<ExclusivePublication> publications = new ArrayList<>();
        for (int stream = 0; stream < STREAMS; stream++) {
            String channel = "aeron:udp?endpoint=10.42.2.2:" + (40_000 + stream % 10);
            subscriptions.add(b.addSubscription(channel, stream));
            publications.add(a.addExclusivePublication(channel, stream));
        }
        LinkRig.until("connected", () -> publications.stream().allMatch(ExclusivePublication::isConnected));
        UnsafeBuffer message = new UnsafeBuffer(new byte[64]);
        int[] got = new int[STREAMS];
        for (int number = 0; number < MESSAGES; number++) {
            message.putInt(4, number);
            for (int stream = 0; stream < STREAMS; stream++) {
                message.putInt(0, stream);
                ExclusivePublication publication = publications.get(stream);
                while (publication.offer(message) < 0) {
                    Thread.yield(); // every stream has room for all its messages; at most a term is being rotated
                }
            }
        }
        LinkRig.until("all messages", () -> {
            for (int each = 0; each < STREAMS; each++) {
                int stream = each;
                subscriptions.get(stream).poll((buffer, offset, length, header) -> {
                    assertEquals(stream, buffer.getInt(offset));
                    assertEquals(got[stream]++, buffer.getInt(offset + 4));
                }, MESSAGES);
            }
            return java.util.Arrays.stream(got).allMatch(count -> count == MESSAGES);
        });
    }
}
