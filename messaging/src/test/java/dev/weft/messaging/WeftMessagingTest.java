package dev.weft.messaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.agent.config.MessagingConfig.Mode;
import dev.weft.link.LinkRig;
import dev.weft.messaging.client.Publisher;
import dev.weft.messaging.client.SendResult;
import dev.weft.messaging.client.Subscriber;
import dev.weft.messaging.client.WeftMessaging;
import io.aeron.Aeron;
import io.aeron.Subscription;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The small API between two hosts with real drivers. */
class WeftMessagingTest {
    private static final InetSocketAddress AT_B = new InetSocketAddress("10.42.2.2", 40_001);

    @TempDir
    private Path directory;
    private TwoHosts hosts;
    private NetworkDriver driverB;
    private WeftMessaging a;
    private WeftMessaging b;

    @BeforeEach
    void start() throws Exception {
        hosts = new TwoHosts(new TwoHosts.Host("10.42.1.1", "10.42.1.2"), new TwoHosts.Host("10.42.2.1", "10.42.2.2"));
        hosts.a.start(Streams.network("blue", TwoHosts.VNI, Mode.SHARED), null, directory.resolve("a"));
        driverB = startB();
        a = WeftMessaging.connect(directory.resolve("a"));
        b = WeftMessaging.connect(directory.resolve("b"));
    }

    private NetworkDriver startB() throws Exception {
        return hosts.b.start(Streams.network("blue", TwoHosts.VNI, Mode.SHARED), null, directory.resolve("b"));
    }

    @AfterEach
    void stop() {
        a.close();
        b.close();
        hosts.close();
    }

    private static UnsafeBuffer text(String text) {
        return new UnsafeBuffer(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    private static Subscriber texts(WeftMessaging messaging, String topic, List<String> into) {
        return messaging.subscribe(AT_B, topic, (buffer, offset, length) -> into.add(buffer.getStringWithoutLengthUtf8(offset, length)));
    }

    private static void send(Publisher publisher, UnsafeBuffer message) {
        LinkRig.until("done", () -> publisher.offer(message) == SendResult.SENT);
    }

    private static void until(List<String> got, int count, Subscriber... subscribers) {
        LinkRig.until("done", () -> {
            for (Subscriber each : subscribers) {
                each.poll(16);
            }
            return got.size() >= count;
        });
    }

    @Test
    void shouldBringEachTopicToItsOwnSubscriber() {
        List<String> prices = new ArrayList<>();
        List<String> news = new ArrayList<>();
        try (Subscriber onPrices = texts(b, "prices", prices);
                Subscriber onNews = texts(b, "news", news);
                Publisher toPrices = a.publish(AT_B, "prices");
                Publisher toNews = a.publish(AT_B, "news")) {
            send(toPrices, text("1.25"));
            send(toNews, text("rain"));
            send(toPrices, text("1.50"));
            until(prices, 2, onPrices, onNews);
            until(news, 1, onNews);
            assertEquals(List.of("1.25", "1.50"), prices);
            assertEquals(List.of("rain"), news);
            assertTrue(toPrices.isConnected() && onPrices.isConnected());
            assertEquals("", toPrices.problem() + onPrices.problem());
        }
    }

    @Test
    void shouldAnswerBackPressureWhileTheSubscriberDoesNotReadAndLoseNothing() {
        AtomicInteger expected = new AtomicInteger();
        try (Subscriber subscriber = b.subscribe(AT_B, "slow",
                (buffer, offset, length) -> assertEquals(expected.getAndIncrement(), buffer.getInt(offset)));
                Publisher publisher = a.publish(AT_B, "slow")) {
            LinkRig.until("connected", publisher::isConnected);
            UnsafeBuffer message = new UnsafeBuffer(new byte[1_000]);
            SendResult answer;
            while ((answer = publisher.offer(message)) == SendResult.SENT) {
                message.putInt(0, message.getInt(0) + 1);
            }
            assertEquals(SendResult.BACK_PRESSURE, answer);
            int all = message.getInt(0) + 100;
            LinkRig.until("done", () -> {
                subscriber.poll(4);
                // the driver may still make room after a refusal: what is under way is bounded at every moment
                int underWay = message.getInt(0) - expected.get();
                assertTrue(underWay < 3 * 64, "bounded by the terms of the stream, not " + underWay + " messages");
                if (message.getInt(0) < all && publisher.offer(message) == SendResult.SENT) {
                    message.putInt(0, message.getInt(0) + 1);
                }
                return expected.get() == all;
            });
        }
    }

    @Test
    void shouldPutLongMessagesTogetherAgain() {
        List<String> got = new ArrayList<>();
        try (Subscriber subscriber = texts(b, "long", got); Publisher publisher = a.publish(AT_B, "long")) {
            LinkRig.until("done", () -> publisher.maxMessageLength() == 8 << 10);
            String four = "abcd".repeat(2_000);
            send(publisher, text(four)); // more than an MTU of 8192 takes besides its header
            send(publisher, text("e"));
            until(got, 2, subscriber);
            assertEquals(List.of(four, "e"), got);
            assertThrows(IllegalArgumentException.class, () -> publisher.offer(text("a".repeat((8 << 10) + 1))));
        }
    }

    @Test
    void shouldJoinProgramsOfOneHostWithoutTheWire() {
        hosts.copies = number -> 0;
        List<String> got = new ArrayList<>();
        try (WeftMessaging other = new ConnectedTo(directory.resolve("a")).messaging();
                Subscriber subscriber = other.subscribeLocally("t",
                        (buffer, offset, length) -> got.add(buffer.getStringWithoutLengthUtf8(offset, length)));
                Publisher publisher = a.publishLocally("t")) {
            send(publisher, text("near"));
            until(got, 1, subscriber);
            assertEquals(List.of("near"), got);
        }
    }

    private record ConnectedTo(Path directory) {
        WeftMessaging messaging() {
            try {
                return WeftMessaging.connect(directory);
            } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }

    @Test
    void shouldMeetProgramsThatUseAeronItself() {
        List<String> got = new ArrayList<>();
        try (Aeron aeron = Streams.client(directory.resolve("b"));
                Subscription subscription = aeron.addSubscription("aeron:udp?endpoint=10.42.2.2:40001", WeftMessaging.stream("prices"));
                Publisher publisher = a.publish(AT_B, "prices")) {
            send(publisher, text("1.25"));
            LinkRig.until("done", () -> {
                subscription.poll((buffer, offset, length, header) -> got.add(buffer.getStringWithoutLengthUtf8(offset, length)), 1);
                return !got.isEmpty();
            });
            assertEquals(List.of("1.25"), got);
        }
    }

    @Test
    void shouldSayThatNobodyListensAndThatItWasClosed() {
        Publisher publisher = a.publish(AT_B, "nobody");
        assertEquals(SendResult.NOT_CONNECTED, publisher.offer(text("x")));
        assertFalse(publisher.isConnected());
        assertEquals("", publisher.problem());
        publisher.close();
        publisher.close();
        assertEquals(SendResult.CLOSED, publisher.offer(text("x")));
        assertEquals(0, publisher.maxMessageLength());
    }

    @Test
    void shouldConnectAgainByItselfWhenItsDriverOrTheOtherOneIsStartedAnew() throws Exception {
        List<String> got = new ArrayList<>();
        try (Subscriber subscriber = texts(b, "t", got); Publisher publisher = a.publish(AT_B, "t")) {
            send(publisher, text("before"));
            until(got, 1, subscriber);
            hosts.b.drivers.remove(driverB);
            driverB.close();
            LinkRig.until("done", () -> subscriber.poll(1) == 0 && !subscriber.isConnected());
            startB();
            LinkRig.until("done", () -> {
                publisher.offer(text("after"));
                subscriber.poll(16);
                return got.contains("after");
            });
            assertEquals("before", got.getFirst());
        }
    }

    @Test
    void shouldAskADriverAgainThatRefusedWhenItWasStartedAnew() throws Exception {
        List<String> got = new ArrayList<>();
        try (Subscriber subscriber = texts(b, "t", got); Publisher publisher = a.publish(AT_B, "t")) {
            hosts.b.drivers.remove(driverB);
            driverB.close();
            hosts.b.drivers.locals(List.of()); // an agent that starts does not know its endpoints yet
            startB();
            LinkRig.until("done", () -> {
                subscriber.poll(1);
                return subscriber.problem().contains("is not an address of network 'blue' on this host");
            });
            hosts.b.own();
            LinkRig.until("done", () -> {
                publisher.offer(text("after"));
                subscriber.poll(16);
                return got.contains("after");
            });
        }
    }
}
