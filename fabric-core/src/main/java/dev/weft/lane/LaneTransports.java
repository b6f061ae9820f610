package dev.weft.lane;

import dev.weft.link.LaneTransport;
import dev.weft.link.LinkTransport;
import dev.weft.loop.LaneThread;
import dev.weft.session.RaiseDesk;
import dev.weft.session.RdmaSetup;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The kinds of links a host has.
 *
 * @param tcp  always there
 * @param rdma or null when no such module is installed
 */
public record LaneTransports(LinkTransport tcp, LinkTransport rdma) {
    private static final Logger LOG = LoggerFactory.getLogger(LaneTransports.class);

    /** Both on one lane. */
    record Opened(LaneTransport tcp, RdmaSetup rdma) {
        void close() {
            tcp.close();
            if (rdma.transport() != null) {
                rdma.transport().close();
            }
        }
    }

    /** Opens both on the lane's thread; a host where RDMA cannot be had goes on with TCP and says why. */
    CompletableFuture<Opened> open(LaneThread thread, LaneConfig config) {
        LaneTransport links = tcp.open(thread);
        return openRdma(thread, config).thenApply(setup -> new Opened(links, setup));
    }

    private CompletableFuture<RdmaSetup> openRdma(LaneThread thread, LaneConfig config) {
        if (rdma == null) {
            return CompletableFuture.completedFuture(without(config, "no RDMA module is installed"));
        }
        LinkTransport.Availability availability = rdma.availability();
        if (!availability.available()) {
            return CompletableFuture.completedFuture(without(config, availability.reason()));
        }
        InetAddress underlay = config.local().underlay().getAddress();
        int port = config.local().underlay().getPort() + LaneConfig.RDMA_PORT_OFFSET + config.lane();
        LaneTransport fast = rdma.open(thread);
        RaiseDesk desk = new RaiseDesk(thread, port);
        return fast.listen(new InetSocketAddress(underlay, port), desk).handle((listening, failure) -> {
            if (failure == null) {
                return new RdmaSetup(fast, availability.reason(), config.rdmaPolicy(), desk);
            }
            fast.close();
            return without(config, "no RDMA device serves " + underlay.getHostAddress() + ": " + failure.getMessage());
        });
    }

    private static RdmaSetup without(LaneConfig config, String why) {
        if (config.lane() == 0) {
            LOG.info("rdma: {}", why);
        }
        RdmaSetup none = RdmaSetup.none(why);
        return new RdmaSetup(null, none.status(), config.rdmaPolicy(), none.desk());
    }
}
