package dev.weft.tun;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.frame.FrameHeader;
import dev.weft.lane.Packets;
import dev.weft.link.LinkRig;
import dev.weft.linux.Errno;
import dev.weft.linux.Memory;
import dev.weft.linux.NativeBytes;
import dev.weft.testing.RequiresRoot;
import dev.weft.testing.TestNamespaces;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The TUN device of a real kernel, in a namespace of its own. */
@RequiresRoot
class TunQueueTest {
    private static final int EIO = 5; // asm-generic/errno-base.h
    private static final int ROOM = FrameHeader.VIRTIO_LENGTH + 65_535;

    private final TestNamespaces namespaces = new TestNamespaces();
    private final long memory = NativeBytes.allocate(ROOM);
    private String host;

    @BeforeEach
    void start() {
        host = namespaces.add("host");
    }

    @AfterEach
    void stop() {
        namespaces.close();
    }

    private TunQueue open(String name) throws Exception {
        return TestNamespaces.in(host, () -> TunQueue.open(name));
    }

    private String ip(String... arguments) {
        String[] command = new String[arguments.length + 1];
        command[0] = "ip";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        TestNamespaces.Outcome outcome = TestNamespaces.exec(host, command);
        assertEquals(0, outcome.status(), outcome.output());
        return outcome.output();
    }

    private void up() {
        ip("address", "add", "10.42.1.1/24", "dev", "weft0");
        ip("link", "set", "weft0", "mtu", "65000", "up");
    }

    @Test
    void shouldExchangePacketsWithTheKernelVirtioHeaderFirst() throws Exception {
        try (TunQueue queue = open("weft0")) {
            assertEquals(-Errno.EAGAIN, queue.read(memory, ROOM));
            up();
            try (DatagramSocket socket = TestNamespaces.in(host, () -> new DatagramSocket(new InetSocketAddress("10.42.1.1", 700)))) {
                byte[] payload = "to the overlay".getBytes();
                socket.send(new DatagramPacket(payload, payload.length, InetAddress.getByName("10.42.1.9"), 701));
                int[] length = new int[1];
                int expected = FrameHeader.VIRTIO_LENGTH + 28 + payload.length;
                LinkRig.until("the datagram", () -> (length[0] = queue.read(memory, ROOM)) == expected);
                byte[] packet = Memory.toArray(memory, length[0]);
                assertArrayEquals(payload, java.util.Arrays.copyOfRange(packet, FrameHeader.VIRTIO_LENGTH + 28, packet.length));
            }
        }
    }

    @Test
    void shouldGiveATcpStreamInSuperPacketsNotInSegments() throws Exception {
        try (TunQueue _ = open("weft0")) {
            up();
            String features = TestNamespaces.exec(host, "ethtool", "-k", "weft0").output();
            for (String wanted : new String[] {"tcp-segmentation-offload: on", "tx-checksumming: on", "scatter-gather: on"}) {
                assertTrue(features.contains(wanted), features);
            }
        }
    }

    @Test
    void shouldReportWhatTheKernelRefusesAsAnErrorNumber() throws Exception {
        try (TunQueue queue = open("weft0")) {
            byte[] packet = Packets.packet("10.42.1.9", "10.42.1.1", 100, 1);
            Memory.fromArray(packet, memory);
            assertEquals(-EIO, queue.write(memory, packet.length), "the device is down");
            up();
            assertEquals(packet.length, queue.write(memory, packet.length));
            assertEquals(-Errno.EINVAL, queue.write(memory, FrameHeader.VIRTIO_LENGTH - 1), "shorter than its header");
            packet[0] = 1; // needs a checksum that starts beyond the packet
            packet[6] = 0x7F;
            packet[7] = 0x7F;
            Memory.fromArray(packet, memory);
            assertTrue(queue.write(memory, packet.length) < 0);
        }
    }

    @Test
    void shouldLeaveDeviceAddressesAndRoutesToTheNextAgent() throws Exception {
        open("weft0").close();
        up();
        ip("route", "add", "10.42.0.0/16", "dev", "weft0");
        String index = ip("-o", "link", "show", "weft0").split(":")[0];
        try (TunQueue again = open("weft0")) {
            assertTrue(again.fd() > 0);
            assertEquals(index, ip("-o", "link", "show", "weft0").split(":")[0]);
            assertTrue(ip("route").contains("10.42.0.0/16 dev weft0"));
        }
    }

    @Test
    void shouldHaveSeveralQueuesOnOneDevice() throws Exception {
        try (TunQueue first = open("weft0"); TunQueue second = open("weft0")) {
            assertTrue(first.fd() != second.fd());
            assertEquals(1, ip("-o", "link", "show", "type", "tun").lines().count());
        }
    }

    @Test
    void shouldSayWhatToDoAboutADeviceThatIsNotItsOwn() {
        ip("link", "add", "weft0", "type", "bridge");
        String message = assertThrows(IOException.class, () -> open("weft0")).getMessage();
        assertTrue(message.contains("weft0") && message.contains("ip link delete"), message);
        assertTrue(assertThrows(IOException.class, () -> open("sixteen-bytes-xx")).getMessage().contains("1 to 15 bytes"));
    }
}
