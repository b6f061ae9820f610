package dev.weft.messaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.agent.config.MessagingConfig.Mode;
import dev.weft.agent.config.MessagingConfig.OfNetwork;
import dev.weft.link.LinkRig;
import dev.weft.network.IpAddresses;
import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.Publication;
import io.aeron.Subscription;
import io.aeron.exceptions.RegistrationException;
import java.net.InetAddress;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two containers of one host, each with a driver of its own, and one on another host. */
class EndpointDriverTest {
    private static final InetAddress FIRST = IpAddresses.parse("10.42.1.2");
    private static final InetAddress SECOND = IpAddresses.parse("10.42.1.3");
    private static final OfNetwork CONFIG = Streams.network("blue", TwoHosts.VNI, Mode.SHARED);

    @TempDir
    private Path directory;
    private TwoHosts hosts;
    private NetworkDriver driverOfFirst;
    private Aeron first;
    private Aeron second;
    private Aeron far;

    @BeforeEach
    void start() throws Exception {
        hosts = new TwoHosts(new TwoHosts.Host("10.42.1.1", "10.42.1.2", "10.42.1.3"), new TwoHosts.Host("10.42.2.1", "10.42.2.2"));
        driverOfFirst = hosts.a.start(CONFIG, FIRST, directory.resolve("first"));
        hosts.a.start(CONFIG, SECOND, directory.resolve("second"));
        hosts.b.start(CONFIG, null, directory.resolve("far"));
        first = Streams.client(directory.resolve("first"));
        second = Streams.client(directory.resolve("second"));
        far = Streams.client(directory.resolve("far"));
    }

    @AfterEach
    void stop() {
        first.close();
        second.close();
        far.close();
        hosts.close();
    }

    private static void carries(Aeron from, Aeron to, String channel) {
        try (Subscription subscription = to.addSubscription(channel, 1001);
                Publication publication = from.addPublication(channel, 1001)) {
            LinkRig.until("connected", publication::isConnected);
            Streams.exchange(publication, subscription, 2_000, 100);
        }
    }

    @Test
    void shouldCarryStreamsBetweenHostsAndBetweenDriversOfOneHost() {
        carries(first, far, "aeron:udp?endpoint=10.42.2.2:40001");
        carries(far, first, "aeron:udp?endpoint=10.42.1.2:40001");
        hosts.copies = number -> 0; // within the host nothing needs the wire
        carries(first, second, "aeron:udp?endpoint=10.42.1.3:40001");
    }

    @Test
    void shouldSendFromItsOwnAddressAndNoOther() {
        try (Subscription subscription = far.addSubscription("aeron:udp?endpoint=10.42.2.2:40001", 1001);
                Publication publication = first.addPublication("aeron:udp?endpoint=10.42.2.2:40001", 1001)) {
            LinkRig.until("connected", subscription::isConnected);
            String source = subscription.imageAtIndex(0).sourceIdentity();
            assertTrue(source.startsWith("10.42.1.2:"), source);
            LinkRig.until("connected", publication::isConnected);
        }
        RegistrationException refused = assertThrows(RegistrationException.class,
                () -> first.addPublication("aeron:udp?endpoint=10.42.2.2:40001|control=10.42.1.3:50000|control-mode=dynamic", 1001));
        assertTrue(refused.getMessage().contains("10.42.1.3 is not an address of 10.42.1.2, whose driver this is"), refused.getMessage());
    }

    @Test
    void shouldListenOnItsOwnAddressAndNoOther() {
        for (String foreign : new String[] {"10.42.1.3", "10.42.1.1", "10.42.2.2", "0.0.0.0"}) {
            RegistrationException refused = assertThrows(RegistrationException.class,
                    () -> first.addSubscription("aeron:udp?endpoint=" + foreign + ":40001", 1001));
            assertTrue(refused.getMessage().contains("whose driver this is"), refused.getMessage());
        }
    }

    @Test
    void shouldNotReachAnotherContainersDriverThroughSharedMemory() {
        try (Subscription subscription = second.addSubscription("aeron:ipc", 7);
                ExclusivePublication publication = first.addExclusivePublication("aeron:ipc", 7)) {
            carries(first, second, "aeron:udp?endpoint=10.42.1.3:40002"); // both drivers have had time to tell their clients of images
            assertFalse(publication.isConnected());
            assertFalse(subscription.isConnected());
        }
    }

    @Test
    void shouldSendNothingOnceItsContainerIsGone() {
        hosts.a.drivers.locals(java.util.List.of());
        RegistrationException refused = assertThrows(RegistrationException.class,
                () -> first.addPublication("aeron:udp?endpoint=10.42.2.2:40001", 1001));
        assertTrue(refused.getMessage().contains("no address on this host"), refused.getMessage());
        assertEquals(0, driverOfFirst.dropped());
    }
}
