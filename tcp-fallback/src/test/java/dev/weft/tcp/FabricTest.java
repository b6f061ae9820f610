package dev.weft.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.agent.Agent;
import dev.weft.link.LinkRig;
import dev.weft.session.SessionStatus;
import dev.weft.testing.RequiresRoot;
import dev.weft.testing.TestNamespaces;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The whole fabric on a real kernel. */
@RequiresRoot
class FabricTest {
    @TempDir
    private Path state;

    private static long established(Agent agent) {
        return agent.view().sessions().stream().filter(session -> session.state().equals("established")).count();
    }

    private static boolean pings(String from, String to) {
        return TestNamespaces.exec(from, "ping", "-c", "1", "-W", "1", to).status() == 0;
    }

    @Test
    void shouldCarryPingsOfBothFamiliesBetweenContainersAndHosts() throws Exception {
        try (TwoHosts hosts = new TwoHosts(state, 1, 1)) {
            String a1 = hosts.attach(hosts.a, "a1");
            String b1 = hosts.attach(hosts.b, "b1");
            LinkRig.until("session", () -> established(hosts.a) == 1 && established(hosts.b) == 1);
            assertTrue(pings(a1, "10.42.2.2"));
            assertTrue(pings(b1, "fd42:0:0:1::2"));
            assertTrue(pings(hosts.hostA, "10.42.2.2"), "the host itself reaches a container of its peer");
            assertTrue(TestNamespaces.exec(a1, "ping", "-c", "1", "-W", "2", "-s", "40000", "10.42.2.2").status() == 0, "large packets");
        }
    }

    @ParameterizedTest
    @CsvSource({"1,1,1", "2,2,2", "3,1,3", "1,2,2"})
    void shouldMakeOneLinkForEveryLaneOfTheLargerSide(int lanesA, int lanesB, int links) throws Exception {
        try (TwoHosts hosts = new TwoHosts(state, lanesA, lanesB)) {
            LinkRig.until("all links", () -> established(hosts.a) == links && established(hosts.b) == links);
            assertEquals(lanesA, hosts.a.view().sessions().stream().map(SessionStatus::lane).distinct().count());
            assertEquals(lanesB, hosts.b.view().sessions().stream().map(SessionStatus::lane).distinct().count());
            transfer(hosts, 20 << 20);
        }
    }

    /** Sends pseudo-random bytes from a container of host a to one of host b and compares checksums. */
    private static void transfer(TwoHosts hosts, int length) throws Exception {
        String a1 = hosts.attach(hosts.a, "a1");
        String b1 = hosts.attach(hosts.b, "b1");
        ServerSocket server = TestNamespaces.in(b1, () -> new ServerSocket(7000));
        CompletableFuture<Long> received = CompletableFuture.supplyAsync(() -> receive(server));
        byte[] data = new byte[length];
        new Random(length).nextBytes(data);
        CRC32 expected = new CRC32();
        expected.update(data);
        try (Socket socket = TestNamespaces.in(a1, () -> {
            Socket connected = new Socket();
            connected.connect(new InetSocketAddress("10.42.2.2", 7000), 10_000);
            return connected;
        })) {
            socket.getOutputStream().write(data);
        }
        assertEquals(expected.getValue(), LinkRig.await(received));
    }

    private static long receive(ServerSocket server) {
        try (server; Socket socket = server.accept(); InputStream in = socket.getInputStream()) {
            CRC32 sum = new CRC32();
            byte[] buffer = new byte[1 << 16];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                sum.update(buffer, 0, n);
            }
            return sum.getValue();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void shouldTakeUpEndpointsAndCarryOnAfterTheAgentIsGoneAndBack() throws Exception {
        try (TwoHosts hosts = new TwoHosts(state, 1, 1)) {
            String a1 = hosts.attach(hosts.a, "a1");
            String b1 = hosts.attach(hosts.b, "b1");
            LinkRig.until("first", () -> pings(a1, "10.42.2.2"));
            hosts.b.close();
            LinkRig.until("noticed", () -> established(hosts.a) == 0);
            assertTrue(pings(b1, "10.42.2.1"), "within the host traffic goes on");
            hosts.startB();
            LinkRig.until("back", () -> pings(a1, "10.42.2.2"));
            assertEquals(1, hosts.b.endpoints().list().size());
        }
    }
}
