package dev.weft.messaging;

import dev.weft.agent.config.MessagingConfig.OfNetwork;
import dev.weft.frame.FrameHeader;
import dev.weft.linux.Memory;
import dev.weft.message.MessageCarrier;
import dev.weft.message.MessageLane;
import dev.weft.network.IpAddresses;
import dev.weft.peer.Peers.LocalAddress;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntUnaryOperator;

/** Drivers of two hosts whose lanes are one thread that carries messages from each to the other, or drops them when told. */
final class TwoHosts implements AutoCloseable {
    static final int VNI = 5;

    final Host a;
    final Host b;
    private final Thread wire;
    private volatile boolean running = true;
    /** Told the number of each message on the wire; what it answers is how often the message arrives. */
    volatile IntUnaryOperator copies = number -> 1;

    /** One host: addresses, drivers, a lane. */
    static final class Host implements AutoCloseable {
        final Drivers drivers = new Drivers();
        final LaneMail mail = new LaneMail(drivers);
        final List<NetworkDriver> running = new ArrayList<>();

        private final List<LocalAddress> addresses;

        Host(String... addresses) {
            this.addresses = Arrays.stream(addresses).map(text -> new LocalAddress(IpAddresses.parse(text), VNI)).toList();
            own();
        }

        /** Tells the drivers the host's addresses. */
        void own() {
            drivers.locals(addresses);
        }

        NetworkDriver start(OfNetwork config, InetAddress only, Path directory) throws IOException {
            NetworkDriver driver = NetworkDriver.start(config, only, directory.toString(), drivers, new LaneMail[] {mail});
            drivers.add(driver);
            running.add(driver);
            return driver;
        }

        @Override
        public void close() {
            running.forEach(NetworkDriver::close);
        }
    }

    TwoHosts(Host a, Host b) {
        this.a = a;
        this.b = b;
        wire = Thread.ofPlatform().name("wire").daemon(true).start(this::carry);
    }

    private void carry() {
        try (Arena arena = Arena.ofConfined()) {
            long room = arena.allocate(FrameHeader.MAX_BODY_LENGTH, 64).address();
            int[] number = {0};
            while (running) {
                int moved = a.mail.poll((vni, message, length) -> pass(b, vni, message, length, room, number[0]++), 64)
                        + b.mail.poll((vni, message, length) -> pass(a, vni, message, length, room, number[0]++), 64);
                if (moved == 0) {
                    Thread.onSpinWait();
                    Thread.yield();
                }
            }
        }
    }

    private int pass(Host to, int vni, long message, int length, long room, int number) {
        for (int copy = copies.applyAsInt(number); copy > 0; copy--) {
            Memory.copy(message, room, length);
            if (to.mail.deliver(vni, room, length) == MessageLane.FULL) {
                return MessageCarrier.NOT_NOW;
            }
        }
        return MessageCarrier.TAKEN;
    }

    @Override
    public void close() {
        a.close();
        b.close();
        running = false;
        try {
            wire.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
