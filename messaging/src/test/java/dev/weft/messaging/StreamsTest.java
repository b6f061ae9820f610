package dev.weft.messaging;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.agent.config.MessagingConfig.Mode;
import io.aeron.Aeron;
import io.aeron.Publication;
import io.aeron.Subscription;
import io.aeron.exceptions.RegistrationException;
import java.nio.file.Path;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Unmodified Aeron clients on two hosts. */
class StreamsTest {
    private static final String B = "aeron:udp?endpoint=10.42.2.2:40001";

    @TempDir
    Path directory;
    private TwoHosts hosts;
    private Aeron clientA;
    private Aeron clientB;

    @BeforeEach
    void start() throws Exception {
        hosts = new TwoHosts(new TwoHosts.Host("10.42.1.1", "10.42.1.2", "fd42::1:2"),
                new TwoHosts.Host("10.42.2.1", "10.42.2.2", "fd42::2:2"));
        hosts.a.start(Streams.network("blue", TwoHosts.VNI, Mode.SHARED), null, directory.resolve("a"));
        hosts.b.start(Streams.network("blue", TwoHosts.VNI, Mode.DEDICATED), null, directory.resolve("b"));
        clientA = Streams.client(directory.resolve("a"));
        clientB = Streams.client(directory.resolve("b"));
    }

    @AfterEach
    void stop() throws Exception {
        clientA.close();
        clientB.close();
        hosts.close();
    }

    @Test
    void shouldCarryAStreamToAnotherHostInOrder() {
        try (Subscription subscription = clientB.addSubscription(B, 1001);
                Publication publication = clientA.addPublication(B, 1001)) {
            Awaitility.await().until(publication::isConnected);
            Streams.exchange(publication, subscription, 50_000, 64);
        }
    }

    @Test
    void shouldRepairWhatTheWireLosesAndDoubles() {
        hosts.copies = number -> number % 7 == 3 ? 0 : number % 11 == 5 ? 2 : 1;
        try (Subscription subscription = clientB.addSubscription(B, 1001);
                Publication publication = clientA.addPublication(B, 1001)) {
            Awaitility.await().until(publication::isConnected);
            Streams.exchange(publication, subscription, 5_000, 200);
        }
    }

    @Test
    void shouldCarryIpv6() {
        String channel = "aeron:udp?endpoint=[fd42::2:2]:40001";
        try (Subscription subscription = clientB.addSubscription(channel, 7);
                Publication publication = clientA.addPublication(channel, 7)) {
            Awaitility.await().until(publication::isConnected);
            Streams.exchange(publication, subscription, 2_000, 1_000);
        }
    }

    @Test
    void shouldHandOverWithinTheHostWithoutTheWire() {
        hosts.copies = number -> 0;
        String channel = "aeron:udp?endpoint=10.42.1.2:40001";
        try (Subscription subscription = clientA.addSubscription(channel, 7);
                Publication publication = clientA.addPublication(channel, 7)) {
            Awaitility.await().until(publication::isConnected);
            Streams.exchange(publication, subscription, 20_000, 100);
        }
    }

    @Test
    void shouldRefuseWhatIsNotOfThisHostOrCannotBeCarried() {
        refused("aeron:udp?endpoint=10.42.2.2:40001", "not an address of network 'blue' on this host");
        refused("aeron:udp?endpoint=0.0.0.0:40001", "container's own address");
        refused("aeron:udp?control-mode=manual", "cannot replace");
    }

    private void refused(String channel, String why) {
        RegistrationException failure = assertThrows(RegistrationException.class, () -> clientA.addSubscription(channel, 1));
        assertTrue(failure.getMessage().contains(why), failure.getMessage());
    }
}
