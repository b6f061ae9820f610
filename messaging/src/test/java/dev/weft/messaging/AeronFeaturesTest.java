package dev.weft.messaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.agent.config.MessagingConfig.Mode;
import io.aeron.Aeron;
import io.aeron.ChannelUriStringBuilder;
import io.aeron.CommonContext;
import io.aeron.ExclusivePublication;
import io.aeron.Image;
import io.aeron.Publication;
import io.aeron.Subscription;
import io.aeron.exceptions.RegistrationException;
import io.aeron.logbuffer.BufferClaim;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Aeron offers beyond one publisher and one subscriber, used as its documentation says, between two hosts. */
class AeronFeaturesTest {
    private static final String A = "10.42.1.2";
    private static final String B = "10.42.2.2";
    private static final int STREAM = 1001;
    private static final int COUNT = 2_000;

    @TempDir
    Path directory;
    private TwoHosts hosts;
    private Aeron clientA;
    private Aeron clientB;

    @BeforeEach
    void start() throws Exception {
        hosts = new TwoHosts(new TwoHosts.Host("10.42.1.1", A), new TwoHosts.Host("10.42.2.1", B));
        hosts.a.start(Streams.network("blue", TwoHosts.VNI, Mode.SHARED), null, directory.resolve("a"));
        hosts.b.start(Streams.network("blue", TwoHosts.VNI, Mode.SHARED), null, directory.resolve("b"));
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
    void shouldSendToSubscribersThatJoinAtTheControlAddressOfAPublication() {
        String control = "|control=" + A + ":40100|control-mode=dynamic";
        try (Subscription far = clientB.addSubscription("aeron:udp?endpoint=" + B + ":40001" + control, STREAM);
                Subscription near = clientA.addSubscription("aeron:udp?endpoint=" + A + ":40001" + control, STREAM);
                Publication publication = clientA.addPublication("aeron:udp?control=" + A + ":40100|control-mode=dynamic|fc=min", STREAM)) {
            toBoth(publication, far, near);
        }
    }

    @Test
    void shouldSendToDestinationsAPublisherNames() {
        try (Subscription far = clientB.addSubscription("aeron:udp?endpoint=" + B + ":40001", STREAM);
                Subscription other = clientB.addSubscription("aeron:udp?endpoint=" + B + ":40002", STREAM);
                Publication publication = clientA.addPublication("aeron:udp?control-mode=manual|fc=min", STREAM)) {
            publication.addDestination("aeron:udp?endpoint=" + B + ":40001");
            publication.addDestination("aeron:udp?endpoint=" + B + ":40002");
            toBoth(publication, far, other);
            publication.removeDestination("aeron:udp?endpoint=" + B + ":40002");
            Streams.exchange(publication, far, 20, 64);
            assertEquals(0, other.poll((buffer, offset, length, header) -> { }, 1), "it is no destination any more");
        }
    }

    @Test
    void shouldLetASpyReadWhatIsSent() {
        String channel = "aeron:udp?endpoint=" + B + ":40001";
        try (Subscription far = clientB.addSubscription(channel, STREAM);
                Subscription spy = clientA.addSubscription(CommonContext.SPY_PREFIX + channel, STREAM);
                Publication publication = clientA.addPublication(channel, STREAM)) {
            toBoth(publication, far, spy);
        }
    }

    @Test
    void shouldLetASpyStandForASubscriberWhereThePublisherAllowsIt() {
        String channel = "aeron:udp?endpoint=" + B + ":40001";
        try (Subscription spy = clientA.addSubscription(CommonContext.SPY_PREFIX + channel, STREAM);
                Publication publication = clientA.addPublication(channel + "|ssc=true", STREAM)) {
            Awaitility.await().until(() -> publication.isConnected() && spy.isConnected());
            Streams.exchange(publication, spy, COUNT, 64);
        }
    }

    @Test
    void shouldAnswerOnAResponseChannel() {
        String request = "aeron:udp?endpoint=" + B + ":40001";
        String response = "aeron:udp?control-mode=response|control=" + B + ":40100";
        try (Subscription asked = clientB.addSubscription(request, STREAM);
                Subscription answers = clientA.addSubscription(response + "|endpoint=" + A + ":0", STREAM);
                Publication question = clientA.addPublication(new ChannelUriStringBuilder(request)
                        .responseCorrelationId(answers.registrationId()).build(), STREAM)) {
            Awaitility.await().until(() -> asked.imageCount() == 1);
            Image image = asked.imageAtIndex(0);
            try (Publication answer = clientB.addPublication(new ChannelUriStringBuilder(response)
                    .responseCorrelationId(image.correlationId()).build(), STREAM)) {
                Awaitility.await().until(() -> question.isConnected() && answer.isConnected() && answers.isConnected());
                Streams.exchange(question, asked, COUNT, 64);
                Streams.exchange(answer, answers, COUNT, 64);
            }
        }
    }

    @Test
    void shouldSayThatAResponseChannelNeedsTheContainersAddress() {
        RegistrationException failure = assertThrows(RegistrationException.class,
                () -> clientA.addSubscription("aeron:udp?control-mode=response|control=" + B + ":40100", STREAM));
        assertTrue(failure.getMessage().contains("container's own address"), failure.getMessage());
    }

    @Test
    void shouldCarryClaimsOfAnExclusivePublication() {
        String channel = "aeron:udp?endpoint=" + B + ":40001";
        List<Integer> got = new ArrayList<>();
        try (Subscription far = clientB.addSubscription(channel, STREAM);
                ExclusivePublication publication = clientA.addExclusivePublication(channel, STREAM)) {
            Awaitility.await().until(publication::isConnected);
            BufferClaim claim = new BufferClaim();
            for (int number = 0; number < 3; number++) {
                assertTrue(publication.tryClaim(4, claim) > 0);
                claim.buffer().putInt(claim.offset(), number);
                if (number == 1) {
                    claim.abort();
                } else {
                    claim.commit();
                }
            }
            Awaitility.await().until(() -> {
                far.poll((buffer, offset, length, header) -> got.add(buffer.getInt(offset)), 10);
                return got.size() == 2;
            });
            assertEquals(List.of(0, 2), got);
        }
    }

    /** Every message once and in order at both. */
    private static void toBoth(Publication publication, Subscription one, Subscription other) {
        Awaitility.await().until(() -> one.imageCount() == 1 && other.imageCount() == 1 && publication.isConnected());
        int[] got = new int[2];
        int[] sent = new int[1];
        UnsafeBuffer message = new UnsafeBuffer(new byte[64]);
        Awaitility.await().pollInterval(Duration.ofMillis(1)).until(() -> {
            for (int turn = 0; turn < 200; turn++) {
                message.putInt(0, sent[0]);
                if (sent[0] < COUNT && publication.offer(message) > 0) {
                    sent[0]++;
                }
                one.poll((buffer, offset, length, header) -> assertEquals(got[0]++, buffer.getInt(offset)), 10);
                other.poll((buffer, offset, length, header) -> assertEquals(got[1]++, buffer.getInt(offset)), 10);
            }
            return got[0] == COUNT && got[1] == COUNT;
        });
    }
}
