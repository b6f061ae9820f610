package dev.weft.session;

import java.net.InetSocketAddress;

/**
 * A peer as the directory lists it.
 *
 * @param index    small number, unique while the peer is listed; what routes name
 * @param id       host id
 * @param underlay address and first port of its agent
 */
public record RemoteHost(int index, String id, InetSocketAddress underlay) {

    /** Of two hosts the one with the smaller id makes the connections, so that there are never two for one purpose. */
    boolean isConnectedBy(LocalHost local) {
        return local.id().compareTo(id) < 0;
    }
}
