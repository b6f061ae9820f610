package dev.weft.rdma;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.weft.link.LinkContract;
import dev.weft.link.LinkTransport;
import dev.weft.rdma.sim.RealTime;
import dev.weft.rdma.sim.SimNode;
import dev.weft.rdma.verbs.RdmaDevice;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.AfterEach;

/** The contract of links on a simulated device, in real time, with real lane threads. */
abstract class SimLinkContract extends LinkContract {
    private static final long SEED = 4711;
    private final RealTime realTime = new RealTime(SEED);
    private SimNode node;
    private RdmaTransport transport;
    private int port = 1000;

    abstract RdmaDevice.Kind kind();

    @Override
    protected LinkTransport transport() {
        if (transport == null) {
            try {
                node = realTime.world().node("sim0", kind(), InetAddress.getByName("192.0.2.1"));
            } catch (UnknownHostException e) {
                throw new AssertionError(e);
            }
            transport = new RdmaTransport(RdmaConfig.DEFAULT, new RdmaTransport.Backend(node.verbs(), node.cm(), null, "sim0"));
        }
        return transport;
    }

    @Override
    protected InetSocketAddress freeAddress() {
        return new InetSocketAddress(node.address(), port++);
    }

    @AfterEach
    void shouldHaveLeftNothingBehind() {
        left.vanish();
        right.vanish();
        dev.weft.link.LinkRig.until("all resources are freed", () -> node.leftovers().isEmpty());
        assertEquals(0, realTime.world().rnrs(), "a message met an empty receive queue");
        realTime.close();
    }
}
