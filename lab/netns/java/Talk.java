import dev.weft.messaging.client.Publisher;
import dev.weft.messaging.client.SendResult;
import dev.weft.messaging.client.Subscriber;
import dev.weft.messaging.client.WeftMessaging;
import io.aeron.Aeron;
import io.aeron.Publication;
import io.aeron.logbuffer.BufferClaim;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A container's program in the labs: numbered messages over WeftMessaging. DIR is the Aeron directory, or "-" for what the container's
 * device says.
 *
 * <pre>
 *   listen DIR ADDRESS PORT TOPIC [PER_SECOND]    takes messages, at most PER_SECOND when given
 *   talk DIR ADDRESS PORT TOPIC PER_SECOND        sends numbers
 *   try DIR ADDRESS PORT                          subscribes once and ends
 *   claim DIR CHANNEL                             claims room in a stream and keeps it
 *   offer DIR CHANNEL                             sends into the same stream, says when it could
 * </pre>
 *
 * listen and talk print what they know five times a second, one JSON object a line.
 */
public final class Talk {
    private static final long SAY_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final int STREAM = 7;

    private Talk() {
    }

    public static void main(String[] a) throws Exception {
        switch (a[0]) {
            case "claim" -> claim(a[1], a[2]);
            case "offer" -> offer(a[1], a[2]);
            default -> {
                try (WeftMessaging messaging = a[1].equals("-") ? WeftMessaging.connect("default") : WeftMessaging.connect(Path.of(a[1]))) {
                    InetSocketAddress at = new InetSocketAddress(InetAddress.getByName(a[2]), Integer.parseInt(a[3]));
                    switch (a[0]) {
                        case "listen" -> new Listener().run(messaging, at, a[4], a.length > 5 ? Integer.parseInt(a[5]) : 0);
                        case "talk" -> talk(messaging, at, a[4], Integer.parseInt(a[5]));
                        case "try" -> messaging.subscribe(at, "try", (buffer, offset, length) -> { }).close();
                        default -> throw new IllegalArgumentException("unknown mode " + a[0]);
                    }
                }
            }
        }
    }

    /** Counts what comes, what is missing and what comes twice. */
    private static final class Listener {
        private long got;
        private long next;
        private long lost;
        private long wrong;

        void run(WeftMessaging messaging, InetSocketAddress at, String topic, int perSecond) {
            Subscriber subscriber = messaging.subscribe(at, topic, (buffer, offset, length) -> take(buffer.getLong(offset)));
            long say = System.nanoTime();
            long begin = say;
            while (true) {
                long now = System.nanoTime();
                boolean may = perSecond == 0 || got < (now - begin) * perSecond / 1e9;
                if (!may || subscriber.poll(perSecond == 0 ? 32 : 1) == 0) {
                    LockSupport.parkNanos(20_000);
                }
                if (now - say >= 0) {
                    say = now + SAY_NANOS;
                    System.out.println("{\"got\":" + got + ",\"lost\":" + lost + ",\"wrong\":" + wrong + ",\"connected\":"
                            + subscriber.isConnected() + ",\"problem\":\"" + subscriber.problem().replaceAll("[\"\\\\\n]", " ") + "\"}");
                }
            }
        }

        private void take(long number) {
            if (number < next) {
                wrong++;
            } else {
                lost += number - next;
                next = number + 1;
                got++;
            }
        }
    }

    private static void talk(WeftMessaging messaging, InetSocketAddress to, String topic, int perSecond) {
        Publisher publisher = messaging.publish(to, topic);
        UnsafeBuffer message = new UnsafeBuffer(new byte[256]);
        long sent = 0;
        long refused = 0;
        long next = System.nanoTime();
        long say = next;
        while (true) {
            long now = System.nanoTime();
            if (now - next >= 0) {
                message.putLong(0, sent);
                SendResult result = publisher.offer(message);
                if (result == SendResult.SENT) {
                    sent++;
                } else if (result == SendResult.BACK_PRESSURE) {
                    refused++;
                }
                next = Math.max(next + 1_000_000_000L / perSecond, now - SAY_NANOS);
            } else {
                LockSupport.parkNanos(20_000);
            }
            if (now - say >= 0) {
                say = now + SAY_NANOS;
                System.out.println("{\"sent\":" + sent + ",\"refused\":" + refused + ",\"connected\":" + publisher.isConnected()
                        + ",\"problem\":\"" + publisher.problem().replaceAll("[\"\\\\\n]", " ") + "\"}");
            }
        }
    }

    private static Publication stream(Aeron aeron, String channel) {
        Publication publication = aeron.addPublication(channel, STREAM);
        while (!publication.isConnected()) {
            LockSupport.parkNanos(1_000_000);
        }
        return publication;
    }

    private static void claim(String directory, String channel) {
        try (Aeron aeron = Aeron.connect(new Aeron.Context().aeronDirectoryName(directory))) {
            Publication publication = stream(aeron, channel);
            while (publication.tryClaim(100, new BufferClaim()) < 0) {
                Thread.onSpinWait();
            }
            System.out.println("claimed");
            LockSupport.park(Talk.class);
        }
    }

    /** Sends from behind the claim until a subscriber of its own reads the message: only then the claim is out of the way. */
    private static void offer(String directory, String channel) {
        try (Aeron aeron = Aeron.connect(new Aeron.Context().aeronDirectoryName(directory))) {
            io.aeron.Subscription subscription = aeron.addSubscription(channel, STREAM);
            Publication publication = stream(aeron, channel);
            System.out.println("ready");
            boolean[] read = {false};
            long offered = 0;
            while (!read[0]) {
                if (offered == 0 && publication.position() > 0) {
                    offered = publication.offer(new UnsafeBuffer(new byte[8])) > 0 ? System.nanoTime() : 0;
                }
                subscription.poll((buffer, offset, length, header) -> read[0] |= length == 8, 4);
                LockSupport.parkNanos(1_000_000);
            }
            System.out.println("read after " + (System.nanoTime() - offered) / 1_000_000 + " ms");
        }
    }
}
