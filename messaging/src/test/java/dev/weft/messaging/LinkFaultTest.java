package dev.weft.messaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.agent.config.MessagingConfig.Mode;
import dev.weft.counters.CounterId;
import dev.weft.link.LinkRig;
import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.Publication;
import io.aeron.Subscription;
import java.nio.file.Path;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two networks on two hosts: drivers, lanes and sessions are real. */
class LinkFaultTest {
    private static final String BLUE_B = "aeron:udp?endpoint=10.42.2.2:40001";
    private static final String RED_B = "aeron:udp?endpoint=10.43.2.2:40001";

    @TempDir
    private Path directory;
    private TwoLanes hosts;
    private Aeron blueA;
    private Aeron blueB;
    private Aeron redA;
    private Aeron redB;

    @BeforeEach
    void start() throws Exception {
        hosts = new TwoLanes();
        blueA = open(hosts.a, "blue-a", TwoLanes.BLUE);
        blueB = open(hosts.b, "blue-b", TwoLanes.BLUE);
        redA = open(hosts.a, "red-a", TwoLanes.RED);
        redB = open(hosts.b, "red-b", TwoLanes.RED);
    }

    private Aeron open(TwoLanes.Host host, String name, int vni) throws Exception {
        host.start(Streams.network(name, vni, Mode.SHARED), directory.resolve(name));
        return Streams.client(directory.resolve(name));
    }

    @AfterEach
    void stop() {
        blueA.close();
        blueB.close();
        redA.close();
        redB.close();
        hosts.close();
    }

    @Test
    void shouldLoseNothingWhenTheLinkIsReplacedUnderTraffic() {
        try (Subscription subscription = blueB.addSubscription(BLUE_B, 1001);
                Publication publication = blueA.addPublication(BLUE_B, 1001)) {
            LinkRig.until("connected", publication::isConnected);
            Streams.exchange(publication, subscription, 20_000, 200, sent -> {
                if (sent % 5_000 == 0) {
                    hosts.network.breakLinks();
                }
            });
        }
        assertTrue(hosts.a.count(CounterId.SESSIONS_LOST) > 0, "the test broke a link");
        LinkRig.until("a session again", () -> TwoLanes.isEstablished(hosts.a));
    }

    @Test
    void shouldLetOneNetworkGoOnWhileAnotherIsStuckAndNotMixTheirStreams() {
        try (Subscription stuck = redB.addSubscription(RED_B, 1001);
                ExclusivePublication flood = redA.addExclusivePublication(RED_B, 1001);
                Subscription subscription = blueB.addSubscription(BLUE_B, 1001);
                Publication publication = blueA.addPublication(BLUE_B, 1001)) {
            LinkRig.until("done", () -> flood.isConnected() && publication.isConnected());
            UnsafeBuffer junk = new UnsafeBuffer(new byte[4_000]);
            Streams.exchange(publication, subscription, 5_000, 200, sent -> flood.offer(junk));
            assertEquals(Publication.BACK_PRESSURED, flood.offer(junk), "nobody read the other network's stream");
            assertEquals(1, subscription.imageCount());
            assertEquals(1, stuck.imageCount());
        }
    }

    @Test
    void shouldNotReachAnAddressOfAnotherNetwork() {
        try (Subscription subscription = blueB.addSubscription(BLUE_B, 1001);
                Publication foreign = redA.addPublication(BLUE_B, 1001)) {
            LinkRig.until("refused at the lane", () -> hosts.a.count(CounterId.EGRESS_MESSAGE_DROP_UNKNOWN_DESTINATION) > 3);
            assertFalse(foreign.isConnected());
            assertEquals(0, subscription.imageCount());
        }
    }
}
