package dev.weft.ipam;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.network.IpAddresses;
import dev.weft.network.IpPrefix;
import dev.weft.network.Network;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HostPoolsTest {
    private static final Network DEFAULT = new Network("default", 1, List.of(IpPrefix.parse("10.42.0.0/16")), true);
    private static final Network BLUE = new Network("blue", 2, List.of(IpPrefix.parse("10.43.0.0/16")), true);

    private final HostPools pools = new HostPools(List.of(DEFAULT, BLUE), () -> 0);

    private void subnets(String... ofDefault) {
        pools.setSubnets(Map.of("default", List.of(ofDefault).stream().map(IpPrefix::parse).toList()));
    }

    private static List<InetAddress> ips(String... texts) {
        return List.of(texts).stream().map(IpAddresses::parse).toList();
    }

    @Test
    void shouldGiveOneAddressOfEachFamily() throws Exception {
        subnets("10.42.1.0/24", "fd42:0:0:1::/64");
        Lease lease = pools.take("default", "a", List.of());
        assertEquals(ips("10.42.1.2", "fd42:0:0:1::2"), lease.addresses());
    }

    @Test
    void shouldGiveTheAddressAskedForInOneFamilyAndChooseTheOther() throws Exception {
        subnets("10.42.1.0/24", "fd42:0:0:1::/64");
        assertEquals(ips("10.42.1.2", "fd42:0:0:1::77"), pools.take("default", "a", ips("fd42:0:0:1::77")).addresses());
    }

    @Test
    void shouldGiveAllOrNothing() throws Exception {
        subnets("10.42.1.0/24", "fd42:0:0:1::/128");
        assertThrows(PoolExhaustedException.class, () -> pools.take("default", "a", List.of()));
        assertEquals(0, pools.usage().get("default").getFirst().used());
        assertEquals(0, pools.usage().get("default").getFirst().cooling());
    }

    @Test
    void shouldTellAnUnknownNetworkFromOneWithoutASubnet() {
        assertEquals(AddressException.Reason.UNKNOWN_NETWORK,
                assertThrows(AddressException.class, () -> pools.take("green", "a", List.of())).reason());
        AddressException e = assertThrows(AddressException.class, () -> pools.take("blue", "a", List.of()));
        assertEquals(AddressException.Reason.NO_SUBNET, e.reason());
        assertTrue(e.getMessage().contains("directory"), e.getMessage());
    }

    @Test
    void shouldRefuseAnAddressOutsideItsSubnets() {
        subnets("10.42.1.0/24");
        assertEquals(AddressException.Reason.NOT_OURS,
                assertThrows(AddressException.class, () -> pools.take("default", "a", ips("10.42.2.2"))).reason());
    }

    @Test
    void shouldRememberAdoptedAddressesUntilTheDirectoryHasSpoken() throws Exception {
        pools.adopt("default", "alive", Lease.of(ips("10.42.1.2")));
        subnets("10.42.1.0/24");
        assertEquals(ips("10.42.1.3"), pools.take("default", "a", List.of()).addresses());
    }

    @Test
    void shouldKeepWhatIsTakenWhenSubnetsChangeAndComeBack() throws Exception {
        subnets("10.42.1.0/24");
        Lease first = pools.take("default", "a", List.of());
        subnets("10.42.9.0/24");
        assertEquals(ips("10.42.9.2"), pools.take("default", "b", List.of()).addresses());
        subnets("10.42.1.0/24", "fd42::/64");
        Lease third = pools.take("default", "c", List.of());
        assertEquals(ips("10.42.1.3", "fd42::2"), third.addresses());
        pools.release("default", "a", first);
        assertEquals(1, pools.usage().get("default").getFirst().cooling());
    }

    @Test
    void shouldFreeNothingForSomebodyElse() throws Exception {
        subnets("10.42.1.0/24");
        Lease lease = pools.take("default", "a", List.of());
        pools.release("default", "b", lease);
        assertEquals(1, pools.usage().get("default").getFirst().used());
        assertNull(lease.ipv6());
    }
}
