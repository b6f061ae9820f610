package dev.weft.endpoint;

import dev.weft.endpoint.StoredEndpoint.State;
import dev.weft.ipam.HostPools;
import dev.weft.ipam.Lease;
import dev.weft.network.IpAddresses;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes up what the last run of the agent left, once, at start.
 *
 * <pre>
 *   record ATTACHED           adopted
 *   record of another boot    adopted when its interface is there, else forgotten
 *   record of an intent       undone
 *   interface, no record      its record is written again from what the kernel shows; else its name and addresses are kept free
 * </pre>
 */
final class Recovery {
    private static final Logger LOG = LoggerFactory.getLogger(EndpointManager.class);

    private final EndpointStore store;
    private final HostPools pools;
    private final EndpointPlumbing plumbing;
    private final Slots slots;
    private final LiveEndpoints live;

    Recovery(EndpointStore store, HostPools pools, EndpointPlumbing plumbing, Slots slots, LiveEndpoints live) {
        this.store = store;
        this.pools = pools;
        this.plumbing = plumbing;
        this.slots = slots;
        this.live = live;
    }

    /**
     * @return one sentence for each file that could not be used, and for each interface without a record
     * @throws IOException the state directory cannot be read at all
     */
    List<String> run() throws IOException {
        EndpointStore.Contents contents = store.load();
        contents.problems().forEach(problem -> LOG.error("endpoint state: {}", problem));
        contents.current().stream().filter(stored -> stored.state() == State.ATTACHED).forEach(this::adopt);
        for (StoredEndpoint old : contents.otherBoots()) {
            adoptOrForget(old);
        }
        for (StoredEndpoint begun : contents.current()) {
            if (begun.state() != State.ATTACHED) {
                undo(begun);
            }
        }
        List<String> problems = new ArrayList<>(contents.problems());
        Set<String> known = new HashSet<>();
        live.all().forEach(stored -> known.add(stored.endpoint().hostInterface()));
        for (EndpointPlumbing.Remains remains : plumbing.survey()) {
            if (!known.contains(remains.hostInterface())) {
                problems.add(takeUp(remains));
            }
        }
        LOG.info("endpoints: {} taken up, {} from before the last reboot, {} problems", live.all().size(), contents.otherBoots().size(),
                problems.size());
        return problems;
    }

    private String takeUp(EndpointPlumbing.Remains remains) throws IOException {
        StoredEndpoint shown = remains.stored();
        String report;
        Optional<String> network = pools.nameOf(remains.vni());
        if (shown != null && live.get(shown.endpoint().key()) == null && network.equals(Optional.of(shown.endpoint().key().network()))) {
            store.put(shown);
            adopt(shown);
            report = "the record of " + shown.endpoint().key() + " was lost; rebuilt from interface " + remains.hostInterface();
        } else {
            slots.adopt(remains.slot());
            network.ifPresent(name -> remains.addresses().forEach(
                    address -> pools.adopt(name, "interface " + remains.hostInterface(), Lease.of(List.of(address)))));
            report = "interface " + remains.hostInterface() + " has no record and says nothing of its endpoint; its name and its addresses "
                    + remains.addresses().stream().map(IpAddresses::format).toList() + " are not given to others; when its container is"
                    + " gone, remove it: ip link del " + remains.hostInterface();
        }
        LOG.warn("endpoints: {}", report);
        return report;
    }

    private void adopt(StoredEndpoint stored) {
        Endpoint endpoint = stored.endpoint();
        pools.adopt(endpoint.key().network(), endpoint.key().toString(), endpoint.lease());
        if (!slots.adopt(endpoint.slot())) {
            LOG.error("endpoint {} claims {}, which belongs to another; it is left alone", endpoint.key(), endpoint.hostInterface());
            return;
        }
        live.add(stored);
    }

    /** The kernel knows better than the boot id: an interface that is there was made in this boot. */
    private void adoptOrForget(StoredEndpoint old) throws IOException {
        if (old.state() == State.ATTACHED && plumbing.present(old.endpoint())) {
            store.put(old);
            adopt(old);
        } else {
            store.remove(old.endpoint().key());
        }
    }

    private void undo(StoredEndpoint begun) throws IOException {
        Endpoint endpoint = begun.endpoint();
        LOG.info("endpoint {}: undoing {}", endpoint.key(), begun.state());
        boolean slotIsOurs = slots.adopt(endpoint.slot());
        if (slotIsOurs) { // else the interface of that name is another endpoint's by now
            plumbing.detach(endpoint);
            slots.free(endpoint.slot());
        }
        store.remove(endpoint.key());
    }
}
