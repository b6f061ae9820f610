package dev.weft.perf.transport;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Nested;

/** The kernel's sockets keep the contract. */
class SocketTransportsTest {

    @Nested
    class Tcp extends TransportContract {
        private final Transport transport = new TcpTransport();

        @Override
        protected Transport serverSide() {
            return transport;
        }

        @Override
        protected String nobody() throws IOException {
            try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName(host()))) {
                return String.valueOf(taken.getLocalPort());
            }
        }
    }

    @Nested
    class Udp extends TransportContract {
        private final Transport transport = new UdpTransport();

        @Override
        protected Transport serverSide() {
            return transport;
        }

        @Override
        protected String nobody() throws IOException {
            try (DatagramSocket taken = new DatagramSocket(0, InetAddress.getByName(host()))) {
                return String.valueOf(taken.getLocalPort());
            }
        }
    }

    @Nested
    class Unix extends TransportContract {
        private final Transport transport = new UnixTransport();

        @Override
        protected Transport serverSide() {
            return transport;
        }

        @Override
        protected String nobody() {
            return "/nonexistent/socket";
        }
    }
}
