package dev.weft.link;

import java.net.InetSocketAddress;

class MemoryLinkTest extends LinkContract {
    private final MemoryTransport transport = new MemoryTransport();
    private int port = 1000;

    @Override
    protected LinkTransport transport() {
        return transport;
    }

    @Override
    protected InetSocketAddress freeAddress() {
        return InetSocketAddress.createUnresolved("memory", port++);
    }
}
