package dev.weft.endpoint;

import dev.weft.endpoint.StoredEndpoint.State;
import dev.weft.ipam.HostPools;
import dev.weft.network.IpAddresses;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Compares the three places that know of endpoints: records on disk, address pools in memory, and the kernel. Changes nothing. What is
 * under way while it looks can show as a difference; {@link #findings} therefore looks twice and keeps what it saw both times.
 */
public final class EndpointAudit {
    private final EndpointManager endpoints;
    private final EndpointStore store;
    private final HostPools pools;
    private final EndpointPlumbing plumbing;

    EndpointAudit(EndpointManager endpoints, EndpointStore store, HostPools pools, EndpointPlumbing plumbing) {
        this.endpoints = endpoints;
        this.store = store;
        this.pools = pools;
        this.plumbing = plumbing;
    }

    /**
     * One difference.
     *
     * @param subject what differs: an endpoint's key, an interface, an address, a file
     * @param detail  how
     * @param remedy  what helps
     */
    public record Finding(String subject, String detail, String remedy) {
    }

    /** Differences between records, pools and kernel; none when all is well. Blocks. */
    public List<Finding> findings() throws IOException {
        List<Finding> first = look();
        if (first.isEmpty()) {
            return first;
        }
        Set<Finding> second = new HashSet<>(look());
        return first.stream().filter(second::contains).toList();
    }

    private List<Finding> look() throws IOException {
        List<Finding> findings = new ArrayList<>();
        Map<String, StoredEndpoint> live = endpoints.list().stream()
                .collect(Collectors.toMap(stored -> stored.endpoint().key().toString(), stored -> stored));
        for (StoredEndpoint stored : live.values()) {
            inspect(stored, findings);
        }
        inspectFiles(live, findings);
        inspectInterfaces(live, findings);
        inspectAddresses(live, findings);
        return findings;
    }

    private void inspect(StoredEndpoint stored, List<Finding> findings) throws IOException {
        String key = stored.endpoint().key().toString();
        if (stored.state() != State.ATTACHED) {
            findings.add(new Finding(key, "is being detached and has not gone", "wait for the next reconciliation (30 s); the log says what"
                    + " the kernel refuses"));
            return;
        }
        Optional<String> netns = endpoints.reachableNamespace(stored.endpoint());
        if (netns.isEmpty() && !plumbing.present(stored.endpoint())) {
            findings.add(new Finding(key, "its namespace is gone", "collected within 30 s, or send DEL"));
            return;
        }
        for (String difference : plumbing.differences(stored.endpoint(), netns.orElse(null))) {
            findings.add(new Finding(key, difference, "made again within 30 s"));
        }
    }

    private void inspectFiles(Map<String, StoredEndpoint> live, List<Finding> findings) throws IOException {
        EndpointStore.Listing listing = store.listing();
        for (String problem : listing.problems()) {
            findings.add(new Finding("record", problem, "see what it says and remove the file when its container is gone"));
        }
        Set<String> recorded = listing.keys().stream().map(EndpointKey::toString).collect(Collectors.toSet());
        for (String key : live.keySet()) {
            if (!recorded.contains(key)) {
                findings.add(new Finding(key, "has no record on disk", "written again within 30 s"));
            }
        }
        for (String key : recorded) {
            if (!live.containsKey(key)) {
                findings.add(new Finding(key, "has a record on disk and is not attached", "restart the agent, which undoes it"));
            }
        }
    }

    private void inspectInterfaces(Map<String, StoredEndpoint> live, List<Finding> findings) throws IOException {
        Set<String> known = live.values().stream().map(stored -> stored.endpoint().hostInterface()).collect(Collectors.toSet());
        for (EndpointPlumbing.Remains remains : plumbing.survey()) {
            if (!known.contains(remains.hostInterface())) {
                findings.add(new Finding(remains.hostInterface(), remains.stored() == null ? "belongs to no endpoint"
                        : "is the interface of " + remains.stored().endpoint().key() + ", which is not attached", "ip link del "
                        + remains.hostInterface()));
            }
        }
    }

    private void inspectAddresses(Map<String, StoredEndpoint> live, List<Finding> findings) {
        for (Map.Entry<String, Map<InetAddress, String>> network : pools.claims().entrySet()) {
            network.getValue().forEach((address, owner) -> {
                StoredEndpoint stored = live.get(owner);
                if (stored == null || !stored.endpoint().addresses().contains(address)) {
                    findings.add(new Finding(IpAddresses.format(address), "is held for " + owner + " in network '" + network.getKey()
                            + "', which does not have it", "restart the agent, which builds the pools anew"));
                }
            });
            for (StoredEndpoint stored : live.values()) {
                for (InetAddress address : stored.endpoint().addresses()) {
                    String owner = network.getValue().get(address);
                    String key = stored.endpoint().key().toString();
                    if (stored.endpoint().key().network().equals(network.getKey()) && !key.equals(owner)) {
                        findings.add(new Finding(key, "has address " + IpAddresses.format(address) + ", which the pool "
                                + (owner == null ? "takes for free" : "gave to " + owner), "restart the agent"));
                    }
                }
            }
        }
    }
}
