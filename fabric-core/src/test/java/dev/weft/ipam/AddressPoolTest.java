package dev.weft.ipam;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.network.IpAddresses;
import dev.weft.network.IpPrefix;
import java.net.InetAddress;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressPoolTest {
    private static final long COOL_DOWN_NANOS = AddressPool.COOL_DOWN.toNanos();

    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1_000); // the clock wraps within the tests, as nanoTime may

    private AddressPool pool(String subnet) {
        return new AddressPool(IpPrefix.parse(subnet), nanos::get);
    }

    private static InetAddress ip(String text) {
        return IpAddresses.parse(text);
    }

    @Test
    void shouldGiveAddressesInTurnAfterTheHostsOwn() throws Exception {
        AddressPool pool = pool("10.42.1.0/24");
        assertEquals(ip("10.42.1.1"), pool.hostAddress());
        assertEquals(ip("10.42.1.2"), pool.take("a"));
        assertEquals(ip("10.42.1.3"), pool.take("b"));
        assertEquals(ip("fd42:0:0:1::2"), pool("fd42:0:0:1::/64").take("a"));
    }

    @ParameterizedTest
    @CsvSource({"10.42.1.0/24,253", "10.42.1.0/29,5", "10.42.1.0/30,1", "10.42.1.0/31,0", "10.42.1.0/32,0", "fd42::/125,6", "fd42::/128,0"})
    void shouldGiveEveryAddressOnceAndThenSayThatItIsExhausted(String subnet, int capacity) throws Exception {
        AddressPool pool = pool(subnet);
        Set<InetAddress> given = new HashSet<>();
        for (int i = 0; i < capacity; i++) {
            assertTrue(given.add(pool.take("owner " + i)));
        }
        assertEquals(capacity, pool.usage().capacity());
        PoolExhaustedException e = assertThrows(PoolExhaustedException.class, () -> pool.take("one more"));
        assertTrue(e.getMessage().contains(subnet), e.getMessage());
        assertFalse(given.contains(pool.hostAddress()));
        assertFalse(given.contains(pool.subnet().address()));
    }

    @Test
    void shouldNotGiveAFreedAddressBeforeItHasCooledDown() throws Exception {
        AddressPool pool = pool("10.42.1.0/30");
        InetAddress only = pool.take("a");
        pool.release(only);
        nanos.addAndGet(COOL_DOWN_NANOS - 1);
        PoolExhaustedException e = assertThrows(PoolExhaustedException.class, () -> pool.take("b"));
        assertTrue(e.getMessage().contains("1 cooling down"), e.getMessage());
        nanos.addAndGet(1);
        assertEquals(only, pool.take("b"));
    }

    @Test
    void shouldGiveBackAnUnusedAddressAtOnce() throws Exception {
        AddressPool pool = pool("10.42.1.0/30");
        InetAddress only = pool.take("a");
        pool.giveBack(only);
        assertEquals(only, pool.take("b"));
    }

    @Test
    void shouldGoOnAfterTheLastOneGivenSoThatFreedOnesRest() throws Exception {
        AddressPool pool = pool("10.42.1.0/29");
        InetAddress first = pool.take("a");
        pool.release(first);
        nanos.addAndGet(COOL_DOWN_NANOS);
        assertNotEquals(first, pool.take("b"));
    }

    @Test
    void shouldGiveExactlyTheAddressAskedFor() throws Exception {
        AddressPool pool = pool("10.42.1.0/24");
        pool.take("a", ip("10.42.1.3"));
        assertEquals(ip("10.42.1.2"), pool.take("b"));
        assertEquals(ip("10.42.1.4"), pool.take("c"));
        AddressPool six = pool("fd42:0:0:1::/64");
        six.take("a", ip("fd42:0:0:1:ffff:ffff:ffff:ffff"));
        assertEquals(ip("fd42:0:0:1::2"), six.take("b"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.42.1.0", "10.42.1.1", "10.42.1.255", "10.42.2.5", "fd42::5"})
    void shouldRefuseAnAddressThatIsNotForEndpoints(String wanted) {
        AddressException e = assertThrows(AddressException.class, () -> pool("10.42.1.0/24").take("a", ip(wanted)));
        assertEquals(AddressException.Reason.NOT_OURS, e.reason());
        assertTrue(e.getMessage().contains(wanted), e.getMessage());
    }

    @Test
    void shouldRefuseAnAddressInUseOrCoolingDownAndNameTheOwner() throws Exception {
        AddressPool pool = pool("10.42.1.0/24");
        pool.take("first owner", ip("10.42.1.9"));
        AddressException e = assertThrows(AddressException.class, () -> pool.take("b", ip("10.42.1.9")));
        assertEquals(AddressException.Reason.IN_USE, e.reason());
        assertTrue(e.getMessage().contains("first owner"), e.getMessage());
        pool.release(ip("10.42.1.9"));
        assertEquals(AddressException.Reason.IN_USE,
                assertThrows(AddressException.class, () -> pool.take("b", ip("10.42.1.9"))).reason());
        nanos.addAndGet(COOL_DOWN_NANOS);
        pool.take("b", ip("10.42.1.9"));
        assertEquals(1, pool.usage().used());
    }

    @Test
    void shouldNotGiveAdoptedAddressesAndGoOnAfterThem() throws Exception {
        AddressPool pool = pool("10.42.1.0/24");
        pool.adopt("alive", ip("10.42.1.40"));
        pool.adopt("elsewhere", ip("10.99.0.1"));
        assertEquals(ip("10.42.1.41"), pool.take("a"));
        assertEquals(2, pool.usage().used());
    }

    @Test
    void shouldReleaseOnlyOnce() throws Exception {
        AddressPool pool = pool("10.42.1.0/24");
        InetAddress address = pool.take("a");
        pool.release(address);
        pool.release(address);
        assertEquals(1, pool.usage().cooling());
        nanos.addAndGet(COOL_DOWN_NANOS);
        assertEquals(0, pool.usage().cooling());
    }
}
