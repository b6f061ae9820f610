package dev.weft.messaging;

import dev.weft.agent.AgentView;
import dev.weft.agent.Rollback;
import dev.weft.agent.config.MessagingConfig;
import dev.weft.agent.config.MessagingConfig.OfNetwork;
import dev.weft.agent.config.MessagingConfig.Unit;
import dev.weft.control.ControlHandler;
import dev.weft.loop.LaneLoop;
import dev.weft.message.MessageLane;
import dev.weft.message.MessagePlane;
import dev.weft.peer.Peers;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Every media driver of this host, kept running: one that breaks is replaced, the others do not notice. */
final class AeronPlane implements MessagePlane {
    private static final Logger LOG = LoggerFactory.getLogger(AeronPlane.class);
    private static final long CHECK_MILLIS = 1_000;

    private final MessagingConfig config;
    private final Drivers drivers = new Drivers();
    private final LaneMail[] lanes;
    private final List<Place> places = new ArrayList<>();
    private final Thread keeper;
    private final CountDownLatch closing = new CountDownLatch(1);

    /** What one driver is started from, again when it must be. */
    static final class Place {
        final OfNetwork network;
        final InetAddress only;
        final Path mount;
        volatile NetworkDriver driver;
        volatile DriverHealth health;
        volatile int restarts;
        volatile String problem = "";

        Place(OfNetwork network, InetAddress only, Path mount) {
            this.network = network;
            this.only = only;
            this.mount = mount;
        }
    }

    private AeronPlane(MessagingConfig config, int laneCount) {
        this.config = config;
        lanes = new LaneMail[laneCount];
        Arrays.setAll(lanes, lane -> new LaneMail(drivers));
        keeper = Thread.ofPlatform().daemon(true).name("weft-messaging").unstarted(this::keep);
    }

    /**
     * @throws IOException when a driver does not start; none runs then
     */
    static AeronPlane start(MessagingConfig config, int laneCount) throws IOException {
        AeronPlane plane = new AeronPlane(config, laneCount);
        try (Rollback rollback = new Rollback("start messaging")) {
            rollback.push("stop drivers", plane::close);
            for (OfNetwork network : config.networks()) {
                for (InetAddress only : network.unit() == Unit.NETWORK ? Collections.<InetAddress>singletonList(null)
                        : network.endpoints()) {
                    Place place = new Place(network, only, MessagingDirectory.mount(config.directory(), network, only));
                    plane.places.add(place);
                    plane.launch(place);
                }
            }
            rollback.commit();
        }
        plane.keeper.start();
        return plane;
    }

    private void launch(Place place) throws IOException {
        Path aeron = MessagingDirectory.prepare(config.directory(), place.network, place.only);
        place.driver = NetworkDriver.start(place.network, place.only, aeron.toString(), drivers, lanes);
        place.health = new DriverHealth(aeron);
        place.problem = "";
        drivers.add(place.driver);
        LOG.info("messaging of network '{}'{}: media driver in {} ({}, MTU {})", place.network.network(),
                place.only == null ? "" : " for " + place.only.getHostAddress(), aeron,
                place.network.mode().name().toLowerCase(java.util.Locale.ROOT), place.network.mtu());
    }

    private void keep() {
        try {
            while (!closing.await(CHECK_MILLIS, TimeUnit.MILLISECONDS)) {
                for (Place place : places) {
                    String wrong = place.driver == null ? place.problem : place.health.problem();
                    if (!wrong.isEmpty()) {
                        replace(place, wrong);
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isClosed() {
        return closing.getCount() == 0;
    }

    private synchronized void replace(Place place, String why) {
        if (isClosed()) {
            return;
        }
        LOG.error("messaging of network '{}': {}; the media driver is started anew, its clients must reconnect", place.network.network(),
                why);
        stop(place);
        place.restarts++;
        try {
            launch(place);
        } catch (IOException e) {
            place.problem = e.getMessage();
            LOG.error("{}; it is tried again every second", e.getMessage());
        }
    }

    private void stop(Place place) {
        NetworkDriver driver = place.driver;
        place.driver = null;
        if (driver != null) {
            drivers.remove(driver);
            try {
                driver.close();
            } catch (RuntimeException | InternalError e) { // InternalError: memory of a file that a client cut short
                LOG.warn("{}", e.getMessage());
            }
        }
    }

    @Override
    public MessageLane open(LaneLoop loop) {
        lanes[loop.lane()].open(loop);
        return lanes[loop.lane()];
    }

    @Override
    public void locals(Collection<Peers.LocalAddress> addresses) {
        drivers.locals(addresses);
    }

    @Override
    public List<ControlHandler> handlers(Supplier<AgentView> view) {
        return List.of(new MessagingStatus(places, view));
    }

    @Override
    public void close() {
        closing.countDown();
        synchronized (this) {
            places.forEach(this::stop);
        }
    }
}
