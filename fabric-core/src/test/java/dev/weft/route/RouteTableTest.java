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

    private static RouteTable table(PeerRanges.Builder ranges) {
        RouteTable table = new RouteTable();
        table.ranges(ranges.build());
        return table;
    }

    @Test
    void shouldFindNothingInAnEmptyTable() {
        assertEquals(Route.NONE, lookup(new RouteTable(), "10.0.0.1"));
        assertEquals(Route.NONE, lookup(new RouteTable(), "::"));
    }

    @Test
    void shouldPreferTheLocalAddressToTheRangeAroundIt() {
        RouteTable table = table(new PeerRanges.Builder().peer(IpPrefix.parse("10.42.2.0/24"), 7, 3));
        table.apply(new LocalChange(IpAddresses.parse("10.42.2.9"), 7));
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
        RouteTable table = table(new PeerRanges.Builder().peer(IpPrefix.parse("0.0.0.0/8"), 1, 0)
                .peer(IpPrefix.parse("255.255.255.0/24"), 1, 1)
                .peer(IpPrefix.parse("127.255.0.0/16"), 1, 2).peer(IpPrefix.parse("128.0.0.0/32"), 1, 4)
                .peer(IpPrefix.parse("ffff::/16"), 1, 3));
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
        RouteTable table = table(new PeerRanges.Builder().peer(IpPrefix.parse("0.0.0.0/0"), 1, 5));
        assertEquals(5, Route.peerIndex(lookup(table, "200.1.2.3")));
        assertEquals(Route.KIND_PEER, Route.kind(lookup(table, "0.0.0.0")));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void shouldAgreeWithANaiveList(long seed) {
        Random random = new Random(seed);
        PeerRanges.Builder builder = new PeerRanges.Builder();
        RouteTable table = new RouteTable();
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
            table.apply(new LocalChange(local, i));
        }
        table.ranges(builder.build());
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

    /** Comings, goings and changes of network, many more than there are addresses, so that chains of the hash grow and close again. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void shouldAgreeWithAMapThroughComingsAndGoings(long seed) {
        Random random = new Random(seed);
        RouteTable table = new RouteTable();
        Map<InetAddress, Integer> expected = new HashMap<>();
        List<InetAddress> addresses = new ArrayList<>();
        for (int i = 0; i < 1_500; i++) {
            addresses.add(randomPrefix(random).nth(0));
        }
        for (int step = 0; step < 60_000; step++) {
            InetAddress address = addresses.get(random.nextInt(addresses.size()));
            if (random.nextInt(100) < (step / 10_000 % 2 == 0 ? 70 : 30)) { // it fills, it empties
                expected.put(address, step & 0xFFFFFF);
                table.apply(new LocalChange(address, step & 0xFFFFFF));
            } else {
                expected.remove(address);
                table.apply(LocalChange.gone(address));
            }
            InetAddress probe = addresses.get(random.nextInt(addresses.size()));
            long route = expected.containsKey(probe) ? Route.local(expected.get(probe)) : Route.NONE;
            assertEquals(route, lookup(table, probe), () -> "after " + address + ", of " + probe);
        }
        for (InetAddress address : addresses) {
            table.apply(LocalChange.gone(address));
        }
        addresses.forEach(address -> assertEquals(Route.NONE, lookup(table, address)));
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
