package dev.weft.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.weft.endpoint.Endpoint;
import dev.weft.endpoint.EndpointKey;
import dev.weft.network.IpAddresses;
import dev.weft.peer.Peers.LocalAddress;
import dev.weft.route.LocalChange;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

class LocalAddressesTest {
    private static final InetAddress FOUR = IpAddresses.parse("10.42.1.5");
    private static final InetAddress SIX = IpAddresses.parse("fd42::5");

    private final LocalAddresses locals = new LocalAddresses();

    private static Endpoint endpoint(String containerId, int vni) {
        return new Endpoint(new EndpointKey("default", containerId, "eth0"), vni, 1, "wf1x1", "02:00:00:00:00:01", (Inet4Address) FOUR,
                (Inet6Address) SIX, "/run/netns/c", 7);
    }

    @Test
    void shouldTellOfOneEndpointOnlyItsOwnAddressesHoweverManyThereAre() {
        locals.own(List.of(new LocalAddress(IpAddresses.parse("10.42.1.1"), 3)));
        locals.takeChanges();
        locals.add(endpoint("a", 3));
        assertEquals(List.of(new LocalChange(FOUR, 3), new LocalChange(SIX, 3)), locals.takeChanges());
        assertEquals(List.of(), locals.takeChanges());
        locals.remove(endpoint("a", 3));
        assertEquals(List.of(LocalChange.gone(FOUR), LocalChange.gone(SIX)), locals.takeChanges());
    }

    @Test
    void shouldKeepAnAddressThatAnotherHasByNow() {
        locals.add(endpoint("a", 3));
        locals.add(endpoint("b", 4));
        locals.takeChanges();
        locals.remove(endpoint("a", 3));
        assertEquals(List.of(), locals.takeChanges());
        locals.own(List.of(new LocalAddress(FOUR, 9)));
        assertEquals(List.of(new LocalChange(FOUR, 9)), locals.takeChanges());
        locals.own(List.of());
        assertEquals(List.of(new LocalChange(FOUR, 4)), locals.takeChanges());
    }

    @Test
    void shouldListTheHostsOwnFirst() {
        locals.add(endpoint("a", 3));
        locals.own(List.of(new LocalAddress(IpAddresses.parse("10.42.1.1"), 3)));
        assertEquals(List.of(new LocalAddress(IpAddresses.parse("10.42.1.1"), 3), new LocalAddress(FOUR, 3), new LocalAddress(SIX, 3)),
                List.copyOf(locals.all()));
    }
}
