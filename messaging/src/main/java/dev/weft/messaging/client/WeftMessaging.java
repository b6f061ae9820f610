package dev.weft.messaging.client;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * A container's way to the messages of its network.
 *
 * <pre>{@code
 * try (WeftMessaging messaging = WeftMessaging.connect("blue");
 *         Subscriber prices = messaging.subscribe(new InetSocketAddress("10.43.2.7", 40001), "prices", this::onPrice)) {
 *     while (running) {
 *         idle.idle(prices.poll(32));
 *     }
 * }
 * }</pre>
 *
 * A topic is a name; publisher and subscriber agree on it and on the subscriber's address and port. Within one host,
 * {@link #publishLocally} and {@link #subscribeLocally} meet through shared memory without the driver's help.
 *
 * <p>When the agent is started anew, messages that were under way are lost, publishers answer {@link SendResult#NOT_CONNECTED}, and
 * everything connects again by itself. Thread-safe; what it makes is for one thread at a time.
 */
public final class WeftMessaging implements AutoCloseable {
    /** Names the Aeron directory when set; the CDI device sets it. */
    public static final String DIRECTORY_VARIABLE = "WEFT_MESSAGING";

    /** Containers have it at the same place as their host. */
    private static final Path DIRECTORY = Path.of("/run/weft/messaging");
    private static final String LOCAL = "aeron:ipc";

    private final Connection connection;

    private WeftMessaging(Path directory) throws IOException {
        connection = new Connection(directory);
    }

    /**
     * Connects with the driver of a network: the one that {@value #DIRECTORY_VARIABLE} names, else that of the network in the
     * default directory.
     *
     * @param network name of the network
     * @throws IOException when there is none, it does not answer, is of another Aeron version, or may not be used; says the remedy
     */
    public static WeftMessaging connect(String network) throws IOException {
        String named = System.getenv(DIRECTORY_VARIABLE);
        if (named != null) {
            return connect(Path.of(named));
        }
        return connect(DIRECTORY.resolve(network).resolve("aeron"));
    }

    /**
     * Connects with the driver in a directory.
     *
     * @throws IOException as {@link #connect(String)}
     */
    public static WeftMessaging connect(Path directory) throws IOException {
        return new WeftMessaging(directory);
    }

    /**
     * Sends a topic to an endpoint on any host of the network.
     *
     * @param to address and port at which the subscriber is
     * @throws io.aeron.exceptions.RegistrationException when the driver refuses: no address of the network on this host, no memory left
     */
    public Publisher publish(InetSocketAddress to, String topic) {
        return new Publisher(connection, channel(to), stream(topic));
    }

    /**
     * Receives a topic.
     *
     * @param at       an address of this container, and a port
     * @param listener called from within {@link Subscriber#poll}
     * @throws io.aeron.exceptions.RegistrationException when the driver refuses: not an address of the network on this host, port in use
     */
    public Subscriber subscribe(InetSocketAddress at, String topic, MessageListener listener) {
        return new Subscriber(connection, channel(at), stream(topic), listener);
    }

    /** Sends a topic to the containers of the network on this host. */
    public Publisher publishLocally(String topic) {
        return new Publisher(connection, LOCAL, stream(topic));
    }

    /** Receives a topic from the containers of the network on this host. */
    public Subscriber subscribeLocally(String topic, MessageListener listener) {
        return new Subscriber(connection, LOCAL, stream(topic), listener);
    }

    /** The Aeron stream id of a topic: CRC-32C of its name in UTF-8, so that programs that use Aeron directly can join. */
    public static int stream(String topic) {
        CRC32C sum = new CRC32C();
        sum.update(topic.getBytes(StandardCharsets.UTF_8));
        return (int) sum.getValue();
    }

    private static String channel(InetSocketAddress address) {
        String host = address.getAddress().getHostAddress();
        return "aeron:udp?endpoint=" + (address.getAddress() instanceof Inet6Address ? "[" + host + "]" : host) + ":" + address.getPort();
    }

    /** Ends every publisher and subscriber made here. Idempotent. */
    @Override
    public void close() {
        connection.close();
    }
}
