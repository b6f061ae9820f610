package dev.weft.perf.verbs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.perf.control.Transports;
import dev.weft.perf.transport.Transport;
import dev.weft.perf.transport.TransportContract;
import dev.weft.rdma.sim.RealTime;
import dev.weft.rdma.sim.SimNode;
import dev.weft.rdma.verbs.RdmaDevice.Kind;
import java.io.IOException;
import java.net.InetAddress;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Verbs keep the contract, on simulated devices, with each operation and both kinds of device. */
class VerbsTransportTest {

    /** Two hosts with a device each. */
    abstract static class OnDevices extends TransportContract {
        private final Operation operation;
        private final RealTime time = new RealTime(4);
        private final SimNode server;
        private final SimNode client;

        OnDevices(Kind kind, Operation operation) {
            this.operation = operation;
            server = time.world().node("sim0", kind, InetAddress.ofLiteral("127.0.0.1"));
            client = time.world().node("sim1", kind, InetAddress.ofLiteral("127.0.0.2"));
        }

        /** The server's threads may still be at it when the client has its result. */
        @AfterEach
        void freesEverything() {
            Awaitility.await().untilAsserted(() -> assertEquals("", server.leftovers() + client.leftovers()));
            time.close();
        }

        private static Transport on(SimNode node) {
            return new VerbsTransport(() -> new VerbsTransport.Backend(node.verbs(), node.cm(), null));
        }

        @Override
        protected Transport serverSide() {
            return on(server);
        }

        @Override
        protected Transport clientSide() {
            return on(client);
        }

        @Override
        protected Map<String, String> options() {
            return Map.of("op", operation.label());
        }

        @Override
        protected String nobody() {
            return "127.0.0.1|4711";
        }

        @Override
        protected String nameOf(String address) {
            return "127.0.0.1 port 4711";
        }
    }

    @Nested
    class SendOnIwarp extends OnDevices {
        SendOnIwarp() {
            super(Kind.IWARP, Operation.SEND);
        }
    }

    @Nested
    class SendOnInfiniband extends OnDevices {
        SendOnInfiniband() {
            super(Kind.INFINIBAND, Operation.SEND);
        }
    }

    @Nested
    class WriteOnIwarp extends OnDevices {
        WriteOnIwarp() {
            super(Kind.IWARP, Operation.WRITE);
        }
    }

    @Nested
    class ReadOnInfiniband extends OnDevices {
        ReadOnInfiniband() {
            super(Kind.INFINIBAND, Operation.READ);
        }
    }

    @Test
    void saysWhatIsMissingWithTheRemedyWhereThereIsNoDevice() {
        VerbsTransport transport = new VerbsTransport(() -> new VerbsTransport.Backend(null, null, "no device: modprobe siw"));
        assertEquals("transport verbs cannot be used here: no device: modprobe siw",
                assertThrows(IOException.class, () -> Transports.of(transport).find("verbs")).getMessage());
    }

    /** On machines without RDMA this is the case that matters: the class loads, and the sentence names a command. */
    @Test
    void loadsWithoutLibraryOrDevice() {
        String problem = new VerbsTransport().unavailable();
        assertTrue(problem == null || problem.matches("(?s).*(apt-get install|modprobe).*"), problem);
    }

    @Test
    void namesTheOperationsThereAre() {
        assertEquals("there is no verbs operation 'push'; there are: -o op=send (default), -o op=write, -o op=read",
                assertThrows(IOException.class, () -> Operation.of("push")).getMessage());
    }
}
