package dev.weft.route;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.weft.network.IpAddresses;
import dev.weft.network.IpPrefix;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RouteTableTest {

    private static long lookup(RouteTable table, String address) {
        return lookup(table, IpAddresses.parse(address));
    }

    private static long lookup(RouteTable table, InetAddress address) {
        ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
        return bytes.remaining() == 4 ? table.lookup4(bytes.getInt()) : table.lookup6(bytes.getLong(0), bytes.getLong(8));
    }

    @Test
    void shouldFindNothingInAnEmptyTable() {
        assertEquals(Route.NONE, lookup(RouteTable.EMPTY, "10.0.0.1"));
        assertEquals(Route.NONE, lookup(RouteTable.EMPTY, "::"));
    }

    @Test
    void shouldPreferTheLocalAddressToTheRangeAroundIt() {
        RouteTable table = new RouteTable.Builder().peer(IpPrefix.parse("10.42.2.0/24"), 7, 3)
                .local(IpAddresses.parse("10.42.2.9"), 7).build();
        assertEquals(Route.KIND_LOCAL, Route.kind(lookup(table, "10.42.2.9")));
        long route = lookup(table, "10.42.2.10");
        assertEquals(Route.KIND_PEER, Route.kind(route));
        assertEquals(3, Route.peerIndex(route));
        assertEquals(7, Route.vni(route));
        assertEquals(Route.NONE, lookup(table, "10.42.3.0"));
        assertEquals(Route.NONE, lookup(table, "10.42.1.255"));
    }

    @Test
    void shouldCoverTheEdgesOfTheAddressSpace() {
        RouteTable table = new RouteTable.Builder().peer(IpPrefix.parse("0.0.0.0/8"), 1, 0).peer(IpPrefix.parse("255.255.255.0/24"), 1, 1)
                .peer(IpPrefix.parse("127.255.0.0/16"), 1, 2).peer(IpPrefix.parse("128.0.0.0/32"), 1, 4)
                .peer(IpPrefix.parse("ffff::/16"), 1, 3).build();
        assertEquals(0, Route.peerIndex(lookup(table, "0.255.255.255")));
        assertEquals(1, Route.peerIndex(lookup(table, "255.255.255.255")));
        assertEquals(2, Route.peerIndex(lookup(table, "127.255.255.255")));
        assertEquals(4, Route.peerIndex(lookup(table, "128.0.0.0")));
        assertEquals(Route.NONE, lookup(table, "128.0.0.1"));
        assertEquals(3, Route.peerIndex(lookup(table, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")));
        assertEquals(Route.NONE, lookup(table, "fffe:ffff::"));
    }

    @Test
    void shouldHoldTheWholeIpv4SpaceInOneRange() {
        RouteTable table = new RouteTable.Builder().peer(IpPrefix.parse("0.0.0.0/0"), 1, 5).build();
        assertEquals(5, Route.peerIndex(lookup(table, "200.1.2.3")));
        assertEquals(Route.KIND_PEER, Route.kind(lookup(table, "0.0.0.0")));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void shouldAgreeWithANaiveList(long seed) {
        Random random = new Random(seed);
        RouteTable.Builder builder = new RouteTable.Builder();
        List<IpPrefix> ranges = new ArrayList<>();
        Map<InetAddress, Integer> locals = new HashMap<>();
        for (int i = 0; i < 200; i++) {
            IpPrefix candidate = randomPrefix(random);
            if (ranges.stream().noneMatch(other -> other.isIpv4() == candidate.isIpv4() && other.overlaps(candidate))) {
                builder.peer(candidate, 9, ranges.size());
                ranges.add(candidate);
            }
            InetAddress local = randomPrefix(random).nth(random.nextInt(4));
            locals.put(local, i);
            builder.local(local, i);
        }
        RouteTable table = builder.build();
        for (int i = 0; i < 20_000; i++) {
            InetAddress probe = randomPrefix(random).nth(random.nextInt(300));
            long expected = Route.NONE;
            for (int r = 0; r < ranges.size(); r++) {
                if (ranges.get(r).contains(probe)) {
                    expected = Route.peer(9, r);
                }
            }
            if (locals.containsKey(probe)) {
                expected = Route.local(locals.get(probe));
            }
            assertEquals(expected, lookup(table, probe), probe.toString());
        }
    }

    private static IpPrefix randomPrefix(Random random) {
        if (random.nextBoolean()) {
            byte[] bytes = {10, (byte) random.nextInt(3), (byte) random.nextInt(256), (byte) random.nextInt(256)};
            return new IpPrefix(IpAddresses.of(bytes), 18 + random.nextInt(15));
        }
        byte[] bytes = new byte[16];
        bytes[0] = (byte) 0xfd;
        bytes[7] = (byte) random.nextInt(4);
        bytes[8] = (byte) random.nextInt(4);
        bytes[15] = (byte) random.nextInt(256);
        return new IpPrefix(IpAddresses.of(bytes), 56 + random.nextInt(73));
    }
}
