package dev.weft.endpoint;

import dev.weft.agent.Rollback;
import dev.weft.endpoint.EndpointException.Reason;
import dev.weft.endpoint.StoredEndpoint.State;
import dev.weft.ipam.AddressException;
import dev.weft.ipam.HostPools;
import dev.weft.ipam.Lease;
import dev.weft.network.IpPrefix;
import dev.weft.network.Network;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The endpoints of this host: attaches and detaches them, crash-safe, and tells listeners.
 *
 * <pre>
 *   attach: look at namespace, slot, addresses, intent on disk, kernel, record on disk, listeners   (undone in reverse on failure)
 *   detach: intent on disk, kernel, listeners, record removed, addresses cool down, slot
 * </pre>
 *
 * Verbs of one key take turns, verbs of different keys run side by side. Both block. Thread-safe.
 */
public final class EndpointManager {
    private static final Logger LOG = LoggerFactory.getLogger(EndpointManager.class);
    /** More would only share the CPUs and the kernel's one lock for interfaces, and the unlucky wait longest; in turn, nobody does. */
    private static final int ATTACHING_AT_A_TIME = 8;

    private final EndpointStore store;
    private final HostPools pools;
    private final EndpointPlumbing plumbing;
    private final Namespaces namespaces;
    private final Slots slots = new Slots();
    private final KeyLocks<EndpointKey> locks = new KeyLocks<>();
    private final LiveEndpoints live = new LiveEndpoints();
    private final Semaphore turns = new Semaphore(ATTACHING_AT_A_TIME, true);
    private volatile boolean started;

    public EndpointManager(EndpointStore store, HostPools pools, EndpointPlumbing plumbing, Namespaces namespaces) {
        this.store = store;
        this.pools = pools;
        this.plumbing = plumbing;
        this.namespaces = namespaces;
    }

    /**
     * Takes up what the last run of the agent left: adopts endpoints, finishes or undoes what was begun. Once, before any verb.
     *
     * @return one sentence for each file that could not be used, and for each interface without a record
     * @throws IOException the state directory cannot be read at all
     */
    public List<String> start() throws IOException {
        List<String> problems = new Recovery(store, pools, plumbing, slots, live).run();
        started = true;
        return problems;
    }

    /**
     * Attaches an endpoint; it can send and receive when this returns.
     *
     * @throws AddressException  no address, see its reason
     * @throws EndpointException anything else, see its reason
     */
    public Endpoint attach(AttachRequest request) throws AddressException, EndpointException {
        requireStarted();
        turns.acquireUninterruptibly();
        try {
            return attachInTurn(request);
        } finally {
            turns.release();
        }
    }

    private Endpoint attachInTurn(AttachRequest request) throws AddressException, EndpointException {
        EndpointKey key = request.key();
        Network network = pools.network(key.network());
        long inode = namespaces.inodeOf(request.netnsPath());
        try (KeyLocks.Held _ = locks.lock(key); Rollback rollback = new Rollback("attach " + key)) {
            clearRemains(key);
            int slot = slots.take();
            rollback.push("free slot " + slot, () -> slots.free(slot));
            Lease lease = take(request);
            rollback.push("give back " + lease, () -> pools.giveBack(key.network(), key.toString(), lease));
            Endpoint endpoint = new Endpoint(key, network.vni(), slot, Slots.interfaceName(network.vni(), slot),
                    request.mac() == null ? madeUpMac(key, slot) : request.mac(), lease.ipv4(), lease.ipv6(), request.netns(), inode,
                    request.settings());
            StoredEndpoint attached = StoredEndpoint.attached(endpoint, request.notes());
            rollback.push("remove record", () -> store.remove(key));
            write(key, () -> store.begin(attached));
            rollback.push("detach " + endpoint.hostInterface(), () -> plumbing.detach(endpoint));
            plumb(attached, request.netnsPath());
            write(key, () -> store.commit(key));
            live.add(attached);
            rollback.commit();
            return endpoint;
        }
    }

    private Lease take(AttachRequest request) throws AddressException {
        String network = request.key().network();
        if (!request.external()) {
            return pools.take(network, request.key().toString(), request.addresses());
        }
        Lease lease = Lease.of(request.addresses());
        pools.takeExternal(network, request.key().toString(), lease);
        return lease;
    }

    /** A key may come back with a new namespace when its old one died unnoticed; a living one is not touched. */
    private void clearRemains(EndpointKey key) throws EndpointException {
        StoredEndpoint remains = live.get(key);
        if (remains == null) {
            return;
        }
        if (remains.state() == State.ATTACHED && isPresent(remains.endpoint())) {
            throw new EndpointException(Reason.ALREADY_ATTACHED, key + " is attached already, as " + remains.endpoint().hostInterface()
                    + " in " + remains.endpoint().netns() + "; DEL it first");
        }
        LOG.info("endpoint {}: its namespace is gone, removing what is left of it", key);
        detachLocked(remains);
    }

    private void plumb(StoredEndpoint attached, String netnsPath) throws EndpointException {
        try {
            plumbing.attach(attached, netnsPath);
        } catch (EndpointPlumbing.InterfaceExistsException e) {
            throw new EndpointException(Reason.INTERFACE_EXISTS, e.getMessage(), e);
        } catch (IOException e) {
            throw new EndpointException(Reason.KERNEL, "attaching " + attached.endpoint().key() + " failed: " + e.getMessage(), e);
        }
    }

    /**
     * Detaches an endpoint. Idempotent: success when there is none.
     *
     * @return what was detached
     * @throws EndpointException the kernel refused; the endpoint stays listed and can be detached again
     */
    public Optional<Endpoint> detach(EndpointKey key) throws EndpointException {
        requireStarted();
        try (KeyLocks.Held _ = locks.lock(key)) {
            StoredEndpoint stored = live.get(key);
            if (stored == null) {
                return Optional.empty();
            }
            detachLocked(stored);
            return Optional.of(stored.endpoint());
        }
    }

    /**
     * Detaches an endpoint only if it is still that one, and not another that has its key by now.
     *
     * @return whether it was
     */
    public boolean detach(Endpoint endpoint) throws EndpointException {
        requireStarted();
        try (KeyLocks.Held _ = locks.lock(endpoint.key())) {
            StoredEndpoint stored = live.get(endpoint.key());
            if (stored == null || !stored.endpoint().equals(endpoint)) {
                return false;
            }
            detachLocked(stored);
            return true;
        }
    }

    private void detachLocked(StoredEndpoint stored) throws EndpointException {
        Endpoint endpoint = stored.endpoint();
        live.replace(stored.in(State.DETACHING));
        try {
            store.end(endpoint.key());
        } catch (IOException e) { // a bad disk or a lost record must not keep a container from going; what there is of it is removed below
            LOG.warn("endpoint {}: cannot write that it is being detached: {}", endpoint.key(), e.toString());
        }
        try {
            plumbing.detach(endpoint);
        } catch (IOException e) {
            throw new EndpointException(Reason.KERNEL, "detaching " + endpoint.key() + " failed: " + e.getMessage(), e);
        }
        live.remove(endpoint);
        try {
            store.remove(endpoint.key());
        } catch (IOException e) { // found again at the next start, and undone then
            LOG.error("endpoint {}: its record cannot be removed: {}", endpoint.key(), e.toString());
        }
        pools.release(endpoint.key().network(), endpoint.key().toString(), endpoint.lease());
        slots.free(endpoint.slot());
    }

    /**
     * Whether an endpoint could be attached to the network now.
     *
     * @param external another allocator gives the addresses
     * @throws AddressException  no address, see its reason
     * @throws EndpointException anything else, see its reason
     */
    public void requireReady(String network, boolean external) throws AddressException, EndpointException {
        requireStarted();
        pools.network(network);
        if (!external) {
            pools.requireAvailable(network);
        }
        try {
            plumbing.requireReady();
        } catch (IOException e) {
            throw new EndpointException(Reason.TRY_LATER, e.getMessage(), e);
        }
    }

    /**
     * @throws AddressException the subnet is none of those the directory gives this host in the network
     */
    public void requireSubnet(String network, IpPrefix subnet) throws AddressException {
        pools.requireSubnet(network, subnet);
    }

    /**
     * What of an endpoint is not as it was made: a sentence for each thing, none when all is well.
     *
     * @param netnsPath a path that leads to its namespace now
     * @throws EndpointException the namespace is none, or the kernel cannot be asked
     */
    public List<String> differences(EndpointKey key, String netnsPath) throws EndpointException {
        requireStarted();
        long inode = namespaces.inodeOf(netnsPath);
        try (KeyLocks.Held _ = locks.lock(key)) {
            StoredEndpoint stored = live.get(key);
            if (stored == null || stored.state() != State.ATTACHED) {
                return List.of(key + " is not attached");
            }
            Endpoint endpoint = stored.endpoint();
            if (inode != endpoint.netnsInode()) {
                return List.of(netnsPath + " is namespace " + inode + ", " + key + " was attached to " + endpoint.netnsInode());
            }
            return plumbing.differences(endpoint, netnsPath);
        } catch (IOException e) {
            throw new EndpointException(Reason.KERNEL, "looking at " + key + " failed: " + e.getMessage(), e);
        }
    }

    /**
     * One look at every endpoint: what was removed by hand is made again, an endpoint whose namespace is gone is detached, what
     * could not be detached is tried again. Others' verbs go on meanwhile. Blocks; never throws for a single endpoint.
     *
     * @return one sentence for everything that was done or failed
     */
    public List<String> reconcile() {
        List<String> report = new ArrayList<>();
        for (StoredEndpoint seen : live.all()) {
            EndpointKey key = seen.endpoint().key();
            try (KeyLocks.Held _ = locks.lock(key)) {
                StoredEndpoint stored = live.get(key);
                if (stored != null) {
                    reconcileLocked(stored, report);
                }
            } catch (IOException | EndpointException e) {
                report.add(key + ": " + e.getMessage());
            }
        }
        report.forEach(line -> LOG.warn("reconciliation: {}", line));
        return report;
    }

    private void reconcileLocked(StoredEndpoint stored, List<String> report) throws IOException, EndpointException {
        Endpoint endpoint = stored.endpoint();
        boolean reachable = isNamespaceOf(endpoint);
        if (stored.state() == State.DETACHING || !reachable && !plumbing.present(endpoint)) {
            report.add(endpoint.key() + (reachable ? " was being detached, detached now" : ": its namespace is gone, detached"));
            detachLocked(stored);
            return;
        }
        String netnsPath = reachable ? endpoint.netns() : null;
        if (!store.has(endpoint.key())) {
            store.put(stored);
            report.add(endpoint.key() + ": its record was missing, written again");
        }
        List<String> differences = plumbing.differences(endpoint, netnsPath);
        if (!differences.isEmpty()) {
            plumbing.repair(stored, netnsPath);
            report.add(endpoint.key() + ": repaired: " + String.join("; ", differences));
        }
    }

    /** Whether the path the runtime gave still leads to the same namespace; runtimes with mount namespaces of their own hide it. */
    private boolean isNamespaceOf(Endpoint endpoint) {
        try {
            return namespaces.inodeOf(endpoint.netns()) == endpoint.netnsInode();
        } catch (EndpointException e) {
            return false;
        }
    }

    /** The path the runtime gave, when it still leads to the endpoint's namespace. */
    Optional<String> reachableNamespace(Endpoint endpoint) {
        return isNamespaceOf(endpoint) ? Optional.of(endpoint.netns()) : Optional.empty();
    }

    /** Compares records, pools and kernel on demand. */
    public EndpointAudit audit() {
        return new EndpointAudit(this, store, pools, plumbing);
    }

    /** Of every endpoint, attached or being detached, in the order of their keys' text. */
    public List<StoredEndpoint> list() {
        return live.all().stream().sorted(Comparator.comparing(stored -> stored.endpoint().key().toString())).toList();
    }

    /** Those that match, in no order. */
    public List<StoredEndpoint> matching(Predicate<StoredEndpoint> wanted) {
        return live.all().stream().filter(wanted).toList();
    }

    public Optional<StoredEndpoint> find(EndpointKey key) {
        return Optional.ofNullable(live.get(key));
    }

    /** Adds a listener; it knows every endpoint there is, and is settled, when this returns. */
    public void addListener(EndpointListener listener) {
        live.addListener(listener);
    }

    private void requireStarted() throws EndpointException {
        if (!started) {
            throw new EndpointException(Reason.TRY_LATER, "the agent is starting");
        }
    }

    private boolean isPresent(Endpoint endpoint) throws EndpointException {
        try {
            return plumbing.present(endpoint);
        } catch (IOException e) {
            throw new EndpointException(Reason.KERNEL, "looking at " + endpoint.hostInterface() + " failed: " + e.getMessage(), e);
        }
    }

    @FunctionalInterface
    private interface Writing {
        void write() throws IOException;
    }

    private static void write(EndpointKey key, Writing how) throws EndpointException {
        try {
            how.write();
        } catch (IOException e) {
            throw new EndpointException(Reason.STORE, "the state of " + key + " cannot be written: " + e.getMessage()
                    + "; see to the state directory's disk", e);
        }
    }

    /** Locally administered, the same for the same key and slot. */
    private static String madeUpMac(EndpointKey key, int slot) {
        int hash = key.hashCode();
        return String.format(Locale.ROOT, "02:%02x:%02x:%02x:%02x:%02x", hash >> 8 & 0xFF, hash & 0xFF, slot >> 16 & 0xFF,
                slot >> 8 & 0xFF, slot & 0xFF);
    }
}
