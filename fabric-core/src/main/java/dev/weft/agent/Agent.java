package dev.weft.agent;

import dev.weft.agent.config.AgentConfig;
import dev.weft.counters.Counters;
import dev.weft.directory.Directory;
import dev.weft.directory.DirectoryEvent;
import dev.weft.directory.HostEntry;
import dev.weft.endpoint.DiskStateFiles;
import dev.weft.endpoint.EndpointManager;
import dev.weft.endpoint.EndpointStore;
import dev.weft.endpoint.Namespaces;
import dev.weft.endpoint.ProcNamespaces;
import dev.weft.host.EndpointWiring;
import dev.weft.host.HostNetwork;
import dev.weft.ipam.HostPools;
import dev.weft.lane.Lane;
import dev.weft.lane.LaneConfig;
import dev.weft.lane.LaneTransports;
import dev.weft.link.LinkTransport;
import dev.weft.linux.NameLock;
import dev.weft.linux.RouteSocket;
import dev.weft.message.MessagePlane;
import dev.weft.network.Network;
import dev.weft.peer.Peers;
import dev.weft.session.LocalHost;
import dev.weft.session.SessionConfig;
import dev.weft.session.SessionStatus;
import dev.weft.tun.TunQueue;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The per-host daemon: puts the rooms together and takes them down again.
 *
 * <pre>
 *   start: state lock, TUN queues, host network, endpoints of the last run, lanes, directory
 *   close: goodbye to peers, lanes, directory, lock       (endpoints, device, routes and rules stay: containers go on)
 * </pre>
 *
 * An agent that dies leaves everything in the kernel as it was; the next one takes it up again.
 */
public final class Agent implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Agent.class);
    private static final int UPLINK_MTU = 1500;
    private static final long DRAIN_PATIENCE_MILLIS = 1_000;

    private final AgentConfig config;
    private final Directory directory;
    private final MessagePlane messages;
    private final LocalHost local;
    private final long startedNanos = System.nanoTime();
    private final Conductor conductor = new Conductor();
    private final Reconciliation reconciliation = new Reconciliation(Reconciliation.PERIOD);
    private final Namespaces namespaces = new ProcNamespaces();
    private final LocalAddresses locals = new LocalAddresses();
    private final List<Lane> lanes = new ArrayList<>();
    private final HostPools pools;
    private final Peers peers;
    private StateLock lock;
    private NameLock hostLock;
    private RouteSocket socket;
    private RouteSocket removals;
    private HostNetwork hostNetwork;
    private EndpointManager endpoints;
    private volatile HostEntry ownEntry;
    private boolean closed;

    private Agent(AgentConfig config, Directory directory, MessagePlane messages, long incarnation) {
        this.config = config;
        this.directory = directory;
        this.messages = messages;
        local = new LocalHost(config.host(), incarnation, config.lanes(), config.tun().mtu(),
                new InetSocketAddress(config.underlay(), config.port()));
        pools = new HostPools(config.networks(), System::nanoTime);
        peers = new Peers(config.host(), config.networks(), lanes, this::onOwnEntry);
    }

    /**
     * Brings the agent up; containers can be attached and peers are being reached when this returns.
     *
     * @param transports make the links
     * @param directory not yet watched; closed with the agent
     * @throws IOException with what is missing and what to do; nothing of this run is left then
     */
    public static Agent start(AgentConfig config, LaneTransports transports, Directory directory) throws IOException {
        return start(config, transports, directory, MessagePlane.NONE);
    }

    /**
     * As {@link #start(AgentConfig, LaneTransports, Directory)}, with messages beside packets.
     *
     * @param messages closed with the agent
     */
    public static Agent start(AgentConfig config, LaneTransports transports, Directory directory, MessagePlane messages)
            throws IOException {
        LinkTransport.Availability availability = transports.tcp().availability();
        if (!availability.available()) {
            throw new IOException("TCP links are not available: " + availability.reason());
        }
        Agent agent = new Agent(config, directory, messages, System.currentTimeMillis());
        try {
            agent.open(transports);
            return agent;
        } catch (IOException | RuntimeException e) {
            agent.close();
            throw e;
        }
    }

    private void open(LaneTransports transports) throws IOException {
        lock = StateLock.take(config.stateDir());
        hostLock = takeHost();
        socket = RouteSocket.open();
        removals = RouteSocket.open();
        for (int i = 0; i < config.lanes(); i++) {
            lanes.add(lane(i, transports, TunQueue.open(config.tun().name())));
        }
        hostNetwork = new HostNetwork(socket, config.tun().name(), config.tun().mtu(), config.tun().queueLength(), config.networks());
        hostNetwork.prepare();
        for (Lane lane : lanes) {
            lane.start(); // without routes a lane passes nothing
        }
        openEndpoints();
        // The directory's first view is delivered within; the conductor works it off before anything asked later.
        directory.watch(event -> conductor.execute(() -> onDirectoryEvent(event)));
        await(conductor.call(() -> {
            warnWhenNotListed();
            return null;
        }));
        reconciliation.add(endpoints::reconcile);
        reconciliation.add(() -> conductor.execute(this::restoreHostNetwork));
        reconciliation.start();
    }

    /** A second agent would take over queues of the TUN device and, with it, part of the first one's packets. */
    private static NameLock takeHost() throws IOException {
        NameLock taken = NameLock.take("weft-agent");
        if (taken == null) {
            throw new IOException("another agent runs on this host (in this network namespace); stop it first, a host has one");
        }
        return taken;
    }

    private Lane lane(int number, LaneTransports transports, TunQueue queue) {
        AgentConfig.Session times = config.session();
        SessionConfig session = new SessionConfig(times.heartbeat().toNanos(), times.deadAfter().toNanos(), times.deadAfter().toNanos() * 5,
                times.reconnectMin().toNanos(), times.reconnectMax().toNanos(), config.rdma().ackTimeout().toNanos(),
                config.rdma().idleAfter().toNanos());
        Lane lane = new Lane(new LaneConfig(number, local, session, config.rdma()::towards, config.busyPoll().toNanos()), queue, transports,
                (peer, remoteLanes) -> conductor.execute(() -> peers.onEstablished(peer, remoteLanes)));
        lane.carry(messages);
        return lane;
    }

    private void openEndpoints() throws IOException {
        EndpointWiring wiring = new EndpointWiring(socket, removals, config.networks(), config.tun().mtu(), UPLINK_MTU);
        EndpointStore store = new EndpointStore(new DiskStateFiles(config.stateDir().resolve("endpoints")),
                EndpointStore.currentBootId());
        endpoints = new EndpointManager(store, pools, wiring, namespaces);
        endpoints.start();
        endpoints.addListener(new LocalRoutes(conductor, locals, this::publishLocals));
    }

    private void onDirectoryEvent(DirectoryEvent event) {
        peers.onDirectoryEvent(event);
        if (event instanceof DirectoryEvent.Synced) {
            List<InetSocketAddress> agents = new ArrayList<>(List.of(local.underlay()));
            peers.all().forEach(peer -> agents.add(peer.entry().underlay()));
            try {
                hostNetwork.agents(agents);
            } catch (IOException e) {
                LOG.error("the ports of agents cannot be closed to endpoints: {}", e.getMessage());
            }
        }
    }

    private void onOwnEntry(HostEntry entry) {
        Map<String, List<dev.weft.network.IpPrefix>> subnets = entry == null ? Map.of() : entry.subnets();
        if (entry == null) {
            LOG.error("host '{}' left the directory: its subnets are given up; endpoints keep their addresses", config.host());
        } else if (!entry.underlay().equals(local.underlay())) {
            LOG.error("the directory lists host '{}' at {}, but this agent listens on {}; peers cannot reach it", config.host(),
                    entry.underlay(), local.underlay());
        }
        ownEntry = entry;
        pools.setSubnets(subnets);
        try {
            locals.own(localAddresses(hostNetwork.own(subnets)));
        } catch (IOException e) {
            LOG.error("the host's addresses and routes cannot be set: {}", e.getMessage());
        }
        publishLocals();
    }

    private CompletableFuture<Void> publishLocals() {
        if (messages != MessagePlane.NONE) {
            messages.locals(locals.all());
        }
        return peers.locals(locals.takeChanges());
    }

    /** Puts back what somebody removed by hand: device settings, addresses, routes, rules. */
    private void restoreHostNetwork() {
        try {
            hostNetwork.prepare();
            hostNetwork.own(ownEntry == null ? Map.of() : ownEntry.subnets());
        } catch (IOException e) {
            LOG.error("the host's network cannot be restored: {}", e.getMessage());
        }
    }

    private List<Peers.LocalAddress> localAddresses(Map<String, List<InetAddress>> own) {
        List<Peers.LocalAddress> addresses = new ArrayList<>();
        for (Network network : config.networks()) {
            own.getOrDefault(network.name(), List.of())
                    .forEach(address -> addresses.add(new Peers.LocalAddress(address, network.vni())));
        }
        return addresses;
    }

    private void warnWhenNotListed() {
        if (ownEntry == null) {
            LOG.warn("host '{}' is not in the directory (yet): no endpoint can be attached and no peer will talk to it; add it with address"
                    + " {} and its subnets", config.host(), config.underlay().getHostAddress());
        }
    }

    private static <T> T await(CompletableFuture<T> future) throws IOException {
        try {
            return future.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof IOException failure ? failure : new IOException(e.getCause());
        }
    }

    public AgentConfig config() {
        return config;
    }

    public EndpointManager endpoints() {
        return endpoints;
    }

    public Namespaces namespaces() {
        return namespaces;
    }

    /** Has something run with each reconciliation, about every 30 s, on its thread. */
    public void everyReconciliation(Runnable task) {
        reconciliation.add(task);
    }

    /** What the firewall has dropped, by network and kind. Any thread; runs nft. */
    public Map<String, Map<String, Long>> firewallDrops() throws IOException {
        return hostNetwork.firewallDrops();
    }

    /** What a moment looks like, for the API. Any thread; waits for lanes and conductor. */
    public AgentView view() {
        List<SessionStatus> sessions = new ArrayList<>();
        lanes.forEach(lane -> sessions.addAll(lane.status().join()));
        List<Counters> counters = lanes.stream().map(Lane::counters).toList();
        return conductor.call(() -> new AgentView(local, ownEntry, peers.all(), peers.revision(), peers.problem(), sessions, counters,
                pools.usage(), (System.nanoTime() - startedNanos) / 1_000_000)).join();
    }

    /** Says goodbye to peers and stops. Endpoints stay attached, and traffic within the host goes on. Idempotent. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        reconciliation.close();
        directory.close();
        for (Lane lane : lanes) {
            lane.drain("host '" + config.host() + "' shuts down").completeOnTimeout(null, DRAIN_PATIENCE_MILLIS, TimeUnit.MILLISECONDS)
                    .join();
            lane.close();
        }
        conductor.close();
        closeAll(messages, socket, removals, hostLock, lock);
    }

    private static void closeAll(AutoCloseable... parts) {
        for (AutoCloseable part : parts) {
            try {
                if (part != null) {
                    part.close();
                }
            } catch (Exception e) {
                LOG.warn("closing failed: {}", e.toString());
            }
        }
    }
}
