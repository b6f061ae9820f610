package dev.weft.agent;

import dev.weft.counters.Counters;
import dev.weft.directory.HostEntry;
import dev.weft.ipam.AddressPool;
import dev.weft.peer.Peers;
import dev.weft.session.LocalHost;
import dev.weft.session.SessionStatus;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * The agent at one moment.
 *
 * @param own      this host's entry in the directory, or null when it is not listed
 * @param revision of the directory's view
 * @param problem  what is wrong with the directory; empty when nothing
 * @param counters one a lane
 * @param pools    how full the address pools are, by network
 */
public record AgentView(LocalHost local, HostEntry own, Collection<Peers.Peer> peers, long revision, String problem,
        List<SessionStatus> sessions, List<Counters> counters, Map<String, List<AddressPool.Usage>> pools, long uptimeMillis) {
}
