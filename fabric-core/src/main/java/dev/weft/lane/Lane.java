package dev.weft.lane;

import dev.weft.counters.Counters;
import dev.weft.loop.LaneThread;
import dev.weft.message.MessagePlane;
import dev.weft.route.LocalChange;
import dev.weft.route.PeerRanges;
import dev.weft.session.Hello;
import dev.weft.session.Reception;
import dev.weft.session.RemoteHost;
import dev.weft.session.Session;
import dev.weft.session.SessionContext;
import dev.weft.session.SessionEvents;
import dev.weft.session.SessionStatus;
import dev.weft.tun.PacketQueue;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * One datapath thread with one TUN queue and the sessions that end here. The public methods may be called from any thread: they
 * hand the work to the lane's own thread, which alone touches its state.
 *
 * <pre>
 *   TUN queue --> Egress --> Session --> Link ==> peer
 *   TUN queue <-- Ingress <-- Session <-- Link <== peer
 * </pre>
 */
public final class Lane implements AutoCloseable {
    private static final int EGRESS_BATCH = 32;

    private final LaneConfig config;
    private final Counters counters = new Counters();
    private final LaneThread thread;
    private final LaneTransports transports;
    private final PacketQueue tun;
    private final LaneEvents listener;
    private final Arena arena = Arena.ofShared();
    private final LanePeers peers = new LanePeers();
    private final Egress egress;
    private final Ingress ingress;
    private final MessageTraffic messages;
    private MessagePlane plane = MessagePlane.NONE;
    private LaneTransports.Opened opened;
    private SessionContext context;
    private Reception reception;
    private long lastTick;

    /**
     * @param tun      closed with the lane
     * @param listener told of sessions that come
     */
    public Lane(LaneConfig config, PacketQueue tun, LaneTransports transports, LaneEvents listener) {
        this.config = config;
        this.tun = tun;
        this.transports = transports;
        this.listener = listener;
        thread = new LaneThread(config.lane(), config.spinNanos(), counters);
        egress = new Egress(tun, peers, counters, arena);
        ingress = new Ingress(tun, peers, counters);
        messages = new MessageTraffic(peers, counters);
    }

    /** Has the lane carry messages beside packets. Before {@link #start}. */
    public void carry(MessagePlane messagePlane) {
        plane = messagePlane;
    }

    /**
     * Starts the thread, listens for peers and begins to read packets.
     *
     * @throws IOException when the lane's address cannot be bound
     */
    public void start() throws IOException {
        thread.start();
        try {
            call(this::open).thenCompose(listening -> listening).join();
        } catch (java.util.concurrent.CompletionException e) {
            close();
            throw e.getCause() instanceof IOException failure ? failure : new IOException(e.getCause());
        }
    }

    public Counters counters() {
        return counters;
    }

    /** Replaces the ranges of peers. @return completes when packets follow them */
    public CompletableFuture<Void> ranges(PeerRanges ranges) {
        return call(() -> {
            peers.routes().ranges(ranges);
            return null;
        });
    }

    /** Takes in addresses of this host and forgets others, in this order. @return completes when packets follow them */
    public CompletableFuture<Void> locals(List<LocalChange> changes) {
        return call(() -> {
            changes.forEach(peers.routes()::apply);
            return null;
        });
    }

    /** Begins to talk to a peer; a peer of the same index is replaced. */
    public void addPeer(RemoteHost host) {
        thread.execute(() -> {
            forget(host.index(), "the peer's entry in the directory changed");
            LanePeer peer = peers.put(host);
            if (config.lane() == 0) {
                Session session = new Session(context, host, 0, 0);
                peer.add(session);
                session.onTick(thread.nanoTime(), false); // connects without waiting for the next tick
            }
        });
    }

    /** Ends every session with the peer. */
    public void removePeer(int index) {
        thread.execute(() -> forget(index, "the host left the directory"));
    }

    /**
     * Makes the links this lane must make once the peer's number of lanes is known.
     *
     * @param links all links between the two hosts; this lane takes its share of them
     */
    public void ensureLinks(RemoteHost host, int links, int remoteLanes) {
        thread.execute(() -> {
            LanePeer peer = peers.get(host.index());
            if (peer == null || !peer.host().equals(host)) {
                return;
            }
            for (int link = config.lane(); link < links; link += config.local().lanes()) {
                if (peer.session(link) == null) {
                    peer.add(new Session(context, host, link, link % remoteLanes));
                } else {
                    peer.session(link).hasten();
                }
            }
        });
    }

    /** What the sessions are doing. */
    public CompletableFuture<List<SessionStatus>> status() {
        return call(() -> {
            List<SessionStatus> all = new ArrayList<>();
            for (LanePeer peer : peers.all()) {
                if (peer != null) {
                    for (Session session : peer.sessions()) {
                        all.add(session.status());
                    }
                }
            }
            return all;
        });
    }

    /** Says goodbye to every peer. */
    public CompletableFuture<Void> drain(String reason) {
        return call(() -> {
            for (LanePeer peer : peers.all()) {
                if (peer != null) {
                    forget(peer.host().index(), reason);
                }
            }
            return null;
        });
    }

    @Override
    public void close() {
        call(() -> {
            if (opened != null) {
                opened.close();
            }
            return null;
        }).completeOnTimeout(null, 2, TimeUnit.SECONDS).join();
        thread.close();
        tun.close();
        arena.close();
    }

    // ---- on the lane's thread ------------------------------------------------------------------------------------------------

    private CompletableFuture<Void> open() {
        return transports.open(thread, config).thenComposeAsync(this::begin, thread::execute);
    }

    private CompletableFuture<Void> begin(LaneTransports.Opened ready) {
        opened = ready;
        context = new SessionContext(thread, config.local(), config.session(), counters, ready.tcp(), ready.rdma(), new Events(),
                new SecureRandom());
        reception = new Reception(context, this::sessionFor);
        InetSocketAddress base = config.local().underlay();
        InetSocketAddress own = new InetSocketAddress(base.getAddress(), base.getPort() + config.lane());
        CompletableFuture<Void> listening = ready.tcp().listen(own, reception);
        new QueueHandle(tun, egress::onReadable).register(thread.eventLoop());
        thread.addPoller(this::pollEgress);
        if (plane != MessagePlane.NONE) {
            messages.open(plane.open(thread));
            thread.addPoller(this::pollMessages);
        }
        thread.addTicker(this::onTick);
        return listening;
    }

    private int pollEgress() {
        int moved = egress.run(EGRESS_BATCH, thread.nanoTime());
        thread.wakeBy(egress.deadline());
        return moved;
    }

    private int pollMessages() {
        int moved = messages.run(thread.nanoTime());
        thread.wakeBy(messages.deadline());
        return moved;
    }

    private void onTick(long now) {
        boolean late = lastTick != 0 && now - lastTick > config.session().deadAfterNanos() / 2;
        lastTick = now;
        for (LanePeer peer : peers.all()) {
            if (peer != null) {
                for (Session session : peer.sessions()) {
                    session.onTick(now, late);
                }
            }
        }
        reception.onTick(now);
    }

    private void forget(int index, String reason) {
        LanePeer peer = peers.remove(index);
        if (peer != null) {
            for (Session session : peer.sessions()) {
                session.close(reason);
            }
        }
    }

    private Session sessionFor(Hello hello, InetAddress from) throws Hello.Refused {
        LanePeer peer = peers.byId(hello.hostId());
        if (peer == null) {
            throw new Hello.Refused("host '" + hello.hostId() + "' is not in the directory of host '" + config.local().id() + "'");
        }
        if (!LanePeers.isAt(peer.host(), from)) {
            throw new Hello.Refused("host '" + hello.hostId() + "' is listed at " + peer.host().underlay().getAddress().getHostAddress()
                    + " but calls from " + from.getHostAddress());
        }
        int links = Math.max(config.local().lanes(), hello.lanes());
        if (hello.linkIndex() >= links || hello.linkIndex() % config.local().lanes() != config.lane()) {
            throw new Hello.Refused("link " + hello.linkIndex() + " does not belong on lane " + config.lane());
        }
        Session session = peer.session(hello.linkIndex());
        if (session == null) {
            session = new Session(context, peer.host(), hello.linkIndex(), hello.linkIndex() % hello.lanes());
            peer.add(session);
        }
        return session;
    }

    private <T> CompletableFuture<T> call(java.util.concurrent.Callable<T> action) {
        CompletableFuture<T> result = new CompletableFuture<>();
        thread.execute(() -> {
            try {
                result.complete(action.call());
            } catch (Exception e) {
                result.completeExceptionally(e);
            }
        });
        return result;
    }

    private final class Events implements SessionEvents {
        @Override
        public void onData(Session session, int vni, long body, int bodyLength) {
            ingress.deliver(session, vni, body, bodyLength);
        }

        @Override
        public void onMessage(Session session, int vni, long body, int bodyLength) {
            messages.deliver(session, vni, body, bodyLength);
        }

        @Override
        public void onEstablished(Session session, Hello hello) {
            listener.onEstablished(session.peer(), hello.lanes());
        }

        @Override
        public void onLost(Session session, String reason) {
            // The session comes back by itself; routes stay, and packets meanwhile are counted as having no session.
        }
    }
}
