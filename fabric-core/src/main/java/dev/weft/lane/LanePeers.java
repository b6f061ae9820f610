package dev.weft.lane;

import dev.weft.route.RouteTable;
import dev.weft.session.RemoteHost;
import dev.weft.session.Session;
import java.net.InetAddress;
import java.util.Arrays;

/** The lane's view of the world: routes, and peers by the index that routes name. Lane's thread only. */
final class LanePeers {
    private LanePeer[] byIndex = new LanePeer[0];
    private final RouteTable routes = new RouteTable();

    RouteTable routes() {
        return routes;
    }

    /** Null when no such peer is listed any more. */
    LanePeer get(int index) {
        return index < byIndex.length ? byIndex[index] : null;
    }

    /** The session that carries frames to the peer, or null. */
    Session established(int index) {
        LanePeer peer = get(index);
        return peer == null ? null : peer.established();
    }

    LanePeer put(RemoteHost host) {
        if (host.index() >= byIndex.length) {
            byIndex = Arrays.copyOf(byIndex, Math.max(host.index() + 1, byIndex.length * 2));
        }
        LanePeer peer = new LanePeer(host);
        byIndex[host.index()] = peer;
        return peer;
    }

    LanePeer remove(int index) {
        LanePeer peer = get(index);
        if (peer != null) {
            byIndex[index] = null;
        }
        return peer;
    }

    LanePeer byId(String id) {
        for (LanePeer peer : byIndex) {
            if (peer != null && peer.host().id().equals(id)) {
                return peer;
            }
        }
        return null;
    }

    /** Whether the directory lists the host at that address. */
    static boolean isAt(RemoteHost host, InetAddress address) {
        return host.underlay().getAddress().equals(address);
    }

    LanePeer[] all() {
        return byIndex;
    }
}
