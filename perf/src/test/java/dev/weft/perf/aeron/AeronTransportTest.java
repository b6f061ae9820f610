package dev.weft.perf.aeron;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.perf.transport.StreamSetup;
import dev.weft.perf.transport.Transport;
import dev.weft.perf.transport.TransportContract;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.Map;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Aeron streams between two processes' drivers and through shared memory keep the contract. */
class AeronTransportTest {
    private static final AeronTransport SERVER = new AeronTransport();
    private static final AeronTransport CLIENT = new AeronTransport();

    @AfterAll
    static void endDrivers() {
        SERVER.close();
        CLIENT.close();
    }

    /** Two drivers over loopback. */
    @Nested
    class Udp extends TransportContract {

        @Override
        protected Transport serverSide() {
            return SERVER;
        }

        @Override
        protected Transport clientSide() {
            return CLIENT;
        }

        @Override
        protected String nobody() throws IOException {
            try (DatagramSocket taken = new DatagramSocket(0, InetAddress.getByName(host()))) {
                return "udp|" + host() + ":" + taken.getLocalPort() + "|1";
            }
        }

        @Override
        protected String nameOf(String address) {
            return StreamAddressTest.place(address);
        }
    }

    /** The client uses the server's driver. */
    @Nested
    class Ipc extends TransportContract {

        @Override
        protected Transport serverSide() {
            return SERVER;
        }

        @Override
        protected Transport clientSide() {
            return CLIENT;
        }

        @Override
        protected Map<String, String> options() {
            return Map.of("media", "ipc");
        }

        @Override
        protected String nobody() {
            return "ipc|/nonexistent/aeron|1";
        }

        @Override
        protected String nameOf(String address) {
            return StreamAddressTest.place(address);
        }
    }

    /** What a user may get wrong. */
    @Nested
    class Refusals {
        @TempDir
        private Path folder;

        private String refusal(Map<String, String> options) {
            StreamSetup setup = new StreamSetup("127.0.0.1", 0, 1, 64, false, options);
            return assertThrows(IOException.class, () -> SERVER.listen(setup)).getMessage();
        }

        @Test
        void namesTheMediaAndModesThereAre() {
            assertEquals("there is no media 'upd' of Aeron streams; there are: -o media=udp (default), -o media=ipc",
                    refusal(Map.of("media", "upd")));
            assertTrue(refusal(Map.of("mode", "fast")).contains("-o mode=dedicated"));
            assertTrue(refusal(Map.of("mtu", "big")).contains("nearest: -o mtu=1408"));
        }

        @Test
        void saysWhatToDoWithoutADriverInTheDirectory() {
            String said = refusal(Map.of("directory", folder.toString()));
            assertTrue(said.contains(folder.toString()) && said.contains("weft messaging cdi"), said);
        }

        @Test
        void namesTheLargestMessageOfTheDriver() throws IOException {
            StreamSetup setup = new StreamSetup("127.0.0.1", 0, 1, 4 << 20, false, Map.of());
            String said = assertThrows(IOException.class, () -> CLIENT.connect("udp|127.0.0.1:9|1", setup, 1_000_000_000L)).getMessage();
            assertTrue(said.endsWith("nearest: --size " + (2 << 20)), said);
        }
    }

    /** The first message of a stream. */
    @Nested
    class Greetings {
        @Test
        void comeBackAsTheyWere() {
            Greeting greeting = new Greeting(-42, "udp|[fd42::1]:40123|1");
            UnsafeBuffer bytes = greeting.encode();
            assertEquals(greeting, Greeting.decode(bytes, 0, bytes.capacity()));
        }

        @Test
        void areNothingElse() {
            UnsafeBuffer bytes = new Greeting(1, "").encode();
            assertNull(Greeting.decode(bytes, 0, 15));
            bytes.putByte(3, (byte) 0);
            assertNull(Greeting.decode(bytes, 0, bytes.capacity()));
        }
    }
}
