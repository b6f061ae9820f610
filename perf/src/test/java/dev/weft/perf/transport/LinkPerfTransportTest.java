package dev.weft.perf.transport;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Map;

/** Links of the agents, over TCP, keep the contract. */
class LinkPerfTransportTest extends TransportContract {
    private final Transport transport = new LinkPerfTransport();

    @Override
    protected Transport serverSide() {
        return transport;
    }

    @Override
    protected Map<String, String> options() {
        return Map.of("kind", "tcp");
    }

    @Override
    protected String nobody() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName(host()))) {
            return "tcp|" + host() + "|" + taken.getLocalPort();
        }
    }

    @Override
    protected String nameOf(String address) {
        return address.substring(address.lastIndexOf('|') + 1);
    }
}
