package dev.weft.messaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.network.IpAddresses;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class SocketTableTest {
    private static final InetAddress V4 = IpAddresses.parse("10.42.1.2");
    private static final InetAddress V6 = IpAddresses.parse("fd42::1:2");

    private final SocketTable table = new SocketTable();

    private record Named(String channel) implements FabricSocket {
        @Override
        public int port() {
            return 0;
        }

        @Override
        public boolean isReceiver() {
            return true;
        }

        @Override
        public void onFrames(UnsafeBuffer buffer, int length, InetSocketAddress source) {
            throw new AssertionError("nothing is sent here");
        }
    }

    private FabricSocket find(WireAddress address) {
        return table.find(address.high(), address.low(), address.port());
    }

    @Test
    void shouldFindASocketAtEachOfItsAddresses() throws BindException {
        FabricSocket socket = new Named("x");
        List<WireAddress> bound = table.bind(List.of(V4, V6), 40_001, socket);
        assertEquals(2, bound.size());
        bound.forEach(address -> assertSame(socket, find(address)));
        assertNull(table.find(bound.getFirst().high(), bound.getFirst().low(), 40_002));
        table.unbind(socket);
        bound.forEach(address -> assertNull(find(address)));
    }

    @Test
    void shouldNameTheChannelThatHasThePort() throws BindException {
        table.bind(List.of(V4), 40_001, new Named("aeron:udp?endpoint=first"));
        BindException refused = assertThrows(BindException.class, () -> table.bind(List.of(V4, V6), 40_001, new Named("second")));
        assertTrue(refused.getMessage().contains("aeron:udp?endpoint=first"), refused.getMessage());
        assertNotNull(table.bind(List.of(V6), 40_001, new Named("third")), "the refused one holds nothing");
    }

    @Test
    void shouldGiveEverySocketAFreePortOfItsOwn() throws BindException {
        Set<Integer> ports = new HashSet<>();
        List<WireAddress> all = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            List<WireAddress> bound = table.bind(List.of(V4, V6), 0, new Named("c" + i));
            assertTrue(ports.add(bound.getFirst().port()));
            assertEquals(bound.getFirst().port(), bound.getLast().port());
            all.addAll(bound);
        }
        all.forEach(address -> assertNotNull(find(address)));
        assertEquals(1_000, table.all().size());
    }
}
