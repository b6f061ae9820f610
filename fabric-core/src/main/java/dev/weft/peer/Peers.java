package dev.weft.peer;

import dev.weft.directory.DirectoryEvent;
import dev.weft.directory.HostEntry;
import dev.weft.lane.Lane;
import dev.weft.network.IpPrefix;
import dev.weft.network.Network;
import dev.weft.route.LocalChange;
import dev.weft.route.PeerRanges;
import dev.weft.session.RemoteHost;
import java.net.InetAddress;
import java.util.BitSet;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns the directory and the endpoints into what lanes know: peers and routes. Everything here runs on the agent's control thread;
 * lanes are told through their thread-safe methods, and each lane takes the changes in the order they were made.
 */
public final class Peers {
    private static final Logger LOG = LoggerFactory.getLogger(Peers.class);

    /** An address of this host that packets may come from and go to. */
    public record LocalAddress(InetAddress address, int vni) {
    }

    /** A peer as the directory lists it and as lanes know it. */
    public record Peer(HostEntry entry, RemoteHost host) {
    }

    private final String ownId;
    private final Map<String, Network> networks;
    private final List<Lane> lanes;
    private final Consumer<HostEntry> onOwnEntry;
    private final Map<String, Peer> peers = new LinkedHashMap<>();
    private final BitSet usedIndexes = new BitSet();
    private long revision;
    private String problem = "";

    /**
     * @param onOwnEntry told of this host's own entry, at first and when it changes; null when it left the directory
     */
    public Peers(String ownId, Collection<Network> networks, List<Lane> lanes, Consumer<HostEntry> onOwnEntry) {
        this.ownId = ownId;
        this.networks = networks.stream().collect(Collectors.toMap(Network::name, network -> network));
        this.lanes = lanes;
        this.onOwnEntry = onOwnEntry;
    }

    public void onDirectoryEvent(DirectoryEvent event) {
        revision = event.revision();
        switch (event) {
            case DirectoryEvent.Added added -> put(added.host());
            case DirectoryEvent.Changed changed -> put(changed.host());
            case DirectoryEvent.Removed removed -> remove(removed.host());
            case DirectoryEvent.Synced synced -> {
                problem = "";
                publishRanges();
            }
            case DirectoryEvent.Problem trouble -> {
                problem = trouble.message();
                LOG.warn("directory: {}; the last good view stays in force", trouble.message());
            }
        }
    }

    private void put(HostEntry entry) {
        if (entry.id().equals(ownId)) {
            onOwnEntry.accept(entry);
            return;
        }
        Peer before = peers.get(entry.id());
        int index = before == null ? usedIndexes.nextClearBit(0) : before.host().index();
        RemoteHost host = new RemoteHost(index, entry.id(), entry.underlay());
        usedIndexes.set(index);
        peers.put(entry.id(), new Peer(entry, host));
        if (before == null || !before.host().equals(host)) {
            LOG.info("peer {}: {} at {}", entry.id(), before == null ? "added" : "moved", entry.underlay());
            lanes.forEach(lane -> lane.addPeer(host));
        }
    }

    private void remove(HostEntry entry) {
        if (entry.id().equals(ownId)) {
            onOwnEntry.accept(null);
            return;
        }
        Peer peer = peers.remove(entry.id());
        if (peer != null) {
            LOG.info("peer {}: removed", entry.id());
            usedIndexes.clear(peer.host().index());
            publishRanges(); // before the peer goes, so that its packets are counted as unknown and not as sessionless
            lanes.forEach(lane -> lane.removePeer(peer.host().index()));
        }
    }

    /** The peer has {@code remoteLanes} lanes: lanes make the links that are still missing. */
    public void onEstablished(RemoteHost host, int remoteLanes) {
        int links = Math.max(lanes.size(), remoteLanes);
        if (links > 1) {
            lanes.forEach(lane -> lane.ensureLinks(host, links, remoteLanes));
        }
    }

    /** Addresses of this host come and go. @return completes when every lane follows */
    public CompletableFuture<Void> locals(List<LocalChange> changes) {
        return CompletableFuture.allOf(lanes.stream().map(lane -> lane.locals(changes)).toArray(CompletableFuture<?>[]::new));
    }

    private void publishRanges() {
        PeerRanges.Builder builder = new PeerRanges.Builder();
        for (Peer peer : peers.values()) {
            peer.entry().subnets().forEach((name, subnets) -> {
                Network network = networks.get(name);
                if (network != null) {
                    for (IpPrefix subnet : subnets) {
                        builder.peer(subnet, network.vni(), peer.host().index());
                    }
                }
            });
        }
        PeerRanges ranges = builder.build();
        lanes.forEach(lane -> lane.ranges(ranges));
    }

    public Collection<Peer> all() {
        return List.copyOf(peers.values());
    }

    public long revision() {
        return revision;
    }

    /** What is wrong with the directory at present; empty when nothing is. */
    public String problem() {
        return problem;
    }
}
