package dev.weft.rdma.verbs;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SocketAddressesTest {

    @ParameterizedTest
    @ValueSource(strings = {"192.0.2.7", "255.255.255.255", "2001:db8::1", "::", "fe80::1"})
    void shouldReadBackWhatItWrote(String host) throws IOException {
        InetSocketAddress address = new InetSocketAddress(host, 47900);
        try (Arena arena = Arena.ofConfined()) {
            assertEquals(address, SocketAddresses.read(SocketAddresses.write(address, arena)));
        }
    }

    @Test
    void shouldWriteWhatTheKernelReads() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            byte[] ipv4 = SocketAddresses.write(new InetSocketAddress("192.0.2.7", 0x1234), arena).toArray(JAVA_BYTE);
            assertArrayEquals(HexFormat.of().parseHex("02001234c00002070000000000000000"), ipv4);
            byte[] ipv6 = SocketAddresses.write(new InetSocketAddress("2001:db8::9", 0x1234), arena).toArray(JAVA_BYTE);
            assertArrayEquals(HexFormat.of().parseHex("0a0012340000000020010db800000000000000000000000900000000"), ipv6);
        }
    }

    @Test
    void shouldRefuseAnUnresolvedName() {
        try (Arena arena = Arena.ofConfined()) {
            InetSocketAddress nowhere = InetSocketAddress.createUnresolved("no-such-host.invalid", 1);
            assertEquals("host name no-such-host.invalid cannot be resolved",
                    assertThrows(IOException.class, () -> SocketAddresses.write(nowhere, arena)).getMessage());
        }
    }

    @Test
    void shouldReadNothingFromAnotherFamily() throws IOException {
        assertNull(SocketAddresses.read(MemorySegment.ofArray(new long[4])));
    }
}
