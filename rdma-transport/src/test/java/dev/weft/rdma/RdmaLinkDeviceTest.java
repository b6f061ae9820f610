package dev.weft.rdma;

import dev.weft.link.LinkContract;
import dev.weft.link.LinkTransport;
import dev.weft.rdma.verbs.OnDevice;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicInteger;

/** The contract of links on a real kernel device: run by lab/rdma-vm on siw and on rxe. */
@OnDevice
class RdmaLinkDeviceTest extends LinkContract {
    private static final AtomicInteger NEXT_PORT = new AtomicInteger(20_000);
    private final RdmaTransport transport = new RdmaTransport();

    @Override
    protected LinkTransport transport() {
        return transport;
    }

    @Override
    protected InetSocketAddress freeAddress() {
        return new InetSocketAddress(System.getProperty(OnDevice.ADDRESS), NEXT_PORT.getAndIncrement());
    }
}
