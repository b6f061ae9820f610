package dev.weft.messaging;

import dev.weft.agent.config.MessagingConfig.Mode;
import dev.weft.agent.config.MessagingConfig.OfNetwork;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.aeron.driver.media.PortManager;
import io.aeron.driver.media.UdpChannel;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.SystemNanoClock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How Weft runs a media driver. */
final class DriverContext {
    private static final Logger LOG = LoggerFactory.getLogger(DriverContext.class);

    /** What a client's write may wait for while the driver sleeps; Aeron's own longest back-off. */
    private static final long LONGEST_SLEEP_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    /** How often the sender shows its conductor to the send endpoints; nothing is resolved. */
    private static final long CONDUCTOR_SHOWN_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    /** Bytes of the counters' values: 16,384 counters, of which a stream has about twelve; their labels take four times as much. */
    private static final int COUNTERS = 2 << 20;

    private DriverContext() {
    }

    static MediaDriver.Context of(OfNetwork config, String directory, Inbox sender, Inbox receiver) {
        MediaDriver.Context context = new MediaDriver.Context()
                .aeronDirectoryName(directory)
                .dirDeleteOnStart(true)
                .dirDeleteOnShutdown(false)
                .warnIfDirectoryExists(false)
                .errorHandler(new DriverErrors(config.network(), SystemNanoClock.INSTANCE, LOG))
                .mtuLength(config.mtu())
                .ipcMtuLength(config.mtu())
                .publicationTermBufferLength(config.termLength())
                .ipcTermBufferLength(config.termLength())
                // Whole files, so that a full file system is an error for who asks and not a fault for who writes.
                .termBufferSparseFile(false)
                .performStorageChecks(true)
                .lowStorageWarningThreshold(0)
                .counterValuesBufferLength(COUNTERS)
                .initialWindowLength(window(config))
                .socketRcvbufLength(window(config)) // of no socket; Aeron compares it with the window
                .streamSessionLimit(config.sessions())
                .nameResolver(new LiteralResolver())
                .reResolutionCheckIntervalNs(CONDUCTOR_SHOWN_NANOS)
                .senderPortManager(NoSockets.INSTANCE)
                .receiverPortManager(NoSockets.INSTANCE);
        return threads(context, config, sender, receiver);
    }

    /**
     * What a sender may have under way. As much as Aeron allows, because a message passes more threads here than with sockets and each
     * waits for its turn on a CPU; but what arrives at once must fit the inbox.
     */
    private static int window(OfNetwork config) {
        return Math.max(2 * config.mtu(), Math.min(config.termLength() / 2, Inbox.CAPACITY / 2));
    }

    private static MediaDriver.Context threads(MediaDriver.Context context, OfNetwork config, Inbox sender, Inbox receiver) {
        if (config.mode() == Mode.SHARED) {
            return context.threadingMode(ThreadingMode.SHARED)
                    .sharedThreadFactory(named(config, "driver"))
                    .sharedIdleStrategy(new WakefulIdle(LONGEST_SLEEP_NANOS, receiver, sender));
        }
        IdleStrategy conductor = new WakefulIdle(LONGEST_SLEEP_NANOS);
        return context.threadingMode(ThreadingMode.DEDICATED)
                .conductorThreadFactory(named(config, "conductor"))
                .senderThreadFactory(named(config, "sender"))
                .receiverThreadFactory(named(config, "receiver"))
                .conductorIdleStrategy(conductor)
                .senderIdleStrategy(new WakefulIdle(LONGEST_SLEEP_NANOS, sender))
                .receiverIdleStrategy(new WakefulIdle(LONGEST_SLEEP_NANOS, receiver));
    }

    private static ThreadFactory named(OfNetwork config, String role) {
        return Thread.ofPlatform().daemon(true).name("weft-" + role + "-" + config.network()).factory();
    }

    /** Whatever in Aeron would still open a socket is refused here, before it binds. */
    private enum NoSockets implements PortManager {
        INSTANCE;

        @Override
        public InetSocketAddress getManagedPort(UdpChannel channel, InetSocketAddress address) throws BindException {
            throw new BindException("Weft opens no sockets for messages: " + channel.originalUriString());
        }

        @Override
        public void freeManagedPort(InetSocketAddress address) {
            // None was given.
        }
    }
}
