package dev.weft.ipam;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.List;
import java.util.stream.Stream;

/**
 * The addresses one endpoint holds.
 *
 * @param ipv4 or null
 * @param ipv6 or null
 */
public record Lease(Inet4Address ipv4, Inet6Address ipv6) {

    /** Of at most one address a family. */
    public static Lease of(List<InetAddress> addresses) {
        Inet4Address four = null;
        Inet6Address six = null;
        for (InetAddress address : addresses) {
            if (address instanceof Inet4Address a && four == null) {
                four = a;
            } else if (address instanceof Inet6Address a && six == null) {
                six = a;
            } else {
                throw new IllegalArgumentException("more than one address of a family: " + addresses);
            }
        }
        return new Lease(four, six);
    }

    public List<InetAddress> addresses() {
        return Stream.<InetAddress>of(ipv4, ipv6).filter(address -> address != null).toList();
    }
}
