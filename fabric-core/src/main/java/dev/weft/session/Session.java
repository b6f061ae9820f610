package dev.weft.session;

import dev.weft.counters.CounterId;
import dev.weft.frame.FrameHeader;
import dev.weft.frame.FrameType;
import dev.weft.link.LaneTransport;
import dev.weft.link.Link;
import dev.weft.link.LinkListener;
import dev.weft.link.RetainingLink;
import dev.weft.linux.Memory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The relation with one peer over one link: greeting, epoch, sequence, heartbeats, and coming back after a loss.
 *
 * <pre>
 *   the side with the smaller host id               the other side
 *
 *      IDLE <----------------------+                   IDLE <---------+
 *       | back-off passed,         |                    |             |
 *       | or the peer knocked      |                    | hello of    |
 *       v                          |                    | the peer    |
 *   CONNECTING ---- failed --------+                    | accepted,   |
 *       | link up, hello sent      |                    | hello sent  |
 *       v                          |                    v             |
 *    GREETING --- refused, late ---+              ESTABLISHED --------+
 *       | hello of the peer        |                     link lost, silence, goodbye
 *       v                          |
 *   ESTABLISHED -------------------+
 * </pre>
 *
 * The other side knocks once after its start: it connects and says hello, is answered with a goodbye, and the peer connects at once.
 *
 * <p>Data frames travel over the TCP link or an RDMA link beside it, see {@link Paths} and {@link Raising}; control frames always over TCP.
 * The TCP link is the session: when it ends, so does the session, and the RDMA link with it.
 *
 * <p>Every established session has a fresh epoch in each direction; data frames of another epoch are dropped. Data frames carry a
 * sequence from 1 in each direction. All methods run on the lane's thread.
 */
public final class Session implements LinkListener, LaneTransport.ConnectHandler, Paths.Owner, RaiseDesk.Holder {
    enum State {
        IDLE, CONNECTING, GREETING, ESTABLISHED, CLOSED
    }

    private final SessionContext context;
    private final RemoteHost peer;
    private final int linkIndex;
    private final int remoteLane;
    private final boolean connector;
    private final Reconnect reconnect;
    private final Patience patience = new Patience();
    private final Liveness liveness;
    private final ControlSender control = new ControlSender();
    private final Arrivals arrivals;
    private final Departures departures = new Departures();
    private final PathNews news;
    private final Paths paths;
    private final Raising raising;
    private State state = State.IDLE;
    private Link link;
    private String reason = "not yet connected";
    private int epoch;
    private long incarnation;
    private long establishedAt;
    private long stateSince;
    private boolean takesMessages;
    private Link claimed;

    public Session(SessionContext context, RemoteHost peer, int linkIndex, int remoteLane) {
        this.context = context;
        this.peer = peer;
        this.linkIndex = linkIndex;
        this.remoteLane = remoteLane;
        connector = peer.isConnectedBy(context.local());
        reconnect = new Reconnect(context.config(), context.random(), connector, !connector && linkIndex == 0);
        liveness = new Liveness(context.config());
        arrivals = new Arrivals(context.counters());
        news = new PathNews(context, peer.id() + " link " + linkIndex);
        paths = new Paths(context, this, arrivals, departures, news);
        raising = new Raising(context, this, paths, news);
    }

    public RemoteHost peer() {
        return peer;
    }

    public int linkIndex() {
        return linkIndex;
    }

    public boolean isEstablished() {
        return state == State.ESTABLISHED;
    }

    // ---- sending, as the packet meets it -------------------------------------------------------------------------------------

    /**
     * Room for one data frame of any size on the path that carries new frames.
     *
     * @return address of the frame, {@link Link#NOT_NOW}, or {@link Link#CLOSED} when there is no established session or the policy
     *         requires RDMA and there is none
     */
    public long claim() {
        if (state != State.ESTABLISHED) {
            return Link.CLOSED;
        }
        claimed = paths.sending();
        if (claimed == null) {
            return Link.NOT_NOW;
        }
        if (raising.isRequired() && !paths.isRdma()) {
            return Link.CLOSED;
        }
        long room = claimed.claim(FrameHeader.MAX_FRAME_LENGTH);
        return room == Link.CLOSED ? Link.NOT_NOW : room; // its end is about to be told
    }

    /** Gives a claim back. */
    public void abandon() {
        claimed.abandon();
    }

    /** Writes the header of the claimed frame, whose body is in place, and commits it. */
    public void send(long frame, int vni, int bodyLength) {
        send(FrameType.DATA, frame, vni, bodyLength);
    }

    /** As {@link #send(long, int, int)}, for a frame of a sequenced type. */
    public void send(int type, long frame, int vni, int bodyLength) {
        departures.write(type, frame, vni, bodyLength);
        if (claimed == link) {
            liveness.said(context.nanoTime());
        }
        claimed.commit(FrameHeader.LENGTH + bodyLength);
        paths.onSent();
    }

    /** Whether the peer knows message frames. */
    public boolean takesMessages() {
        return takesMessages;
    }

    /** Whether data frames need RDMA and there is none. */
    public boolean lacksRequiredRdma() {
        return state == State.ESTABLISHED && raising.isRequired() && !paths.isRdma();
    }

    /** Whether frames wait for a change of path, which ends soon by itself. */
    public boolean isChangingPath() {
        return state == State.ESTABLISHED && paths.isChanging();
    }

    /** Egress keeps here how long it waits for this session. */
    public Patience patience() {
        return patience;
    }

    public void flush() {
        if (link != null) {
            link.flush();
        }
        paths.flush();
    }

    // ---- receiving -----------------------------------------------------------------------------------------------------------

    @Override
    public void onFrame(Link from, long frame, int length) {
        int type = FrameHeader.type(frame);
        if (from == link) {
            liveness.heard(context.nanoTime());
            onTcpFrame(type, frame, length);
        } else if (paths.isRdmaLink(from)) {
            onRdmaFrame(from, type, frame, length);
        } // else: a link that was replaced or given up; the peer sends again what mattered
    }

    private void onTcpFrame(int type, long frame, int length) {
        switch (type) {
            case FrameType.DATA, FrameType.MESSAGE -> onDataFrame(link, type, frame, length - FrameHeader.LENGTH);
            case FrameType.HEARTBEAT -> { } // having been heard is all it says
            case FrameType.HELLO -> onHello(frame, length - FrameHeader.LENGTH);
            case FrameType.REFUSE -> {
                context.counters().increment(CounterId.SESSIONS_REFUSED);
                end("refused by the peer: " + Bodies.text(frame, length));
            }
            case FrameType.GOODBYE -> end("the peer said goodbye: " + Bodies.text(frame, length));
            case FrameType.RAISE_ASK -> onControl(() -> raising.onAsk(Bodies.of(frame, length)));
            case FrameType.RAISE_TOKEN -> onControl(() -> raising.onToken(Bodies.of(frame, length)));
            case FrameType.MARKER, FrameType.MARKER_ANSWER, FrameType.ACK, FrameType.PATH_LOST ->
                onControl(() -> paths.onControl(type, Bodies.of(frame, length)));
            default -> onUnknownType(type);
        }
    }

    private void onRdmaFrame(Link from, int type, long frame, int length) {
        switch (type) {
            case FrameType.DATA, FrameType.MESSAGE -> onDataFrame(from, type, frame, length - FrameHeader.LENGTH);
            case FrameType.PROBE, FrameType.PROBE_ECHO -> onControl(() -> paths.onControl(type, Bodies.of(frame, length)));
            default -> onUnknownType(type);
        }
    }

    /** Path control means something only between peers that have greeted each other. */
    private void onControl(Runnable action) {
        if (state == State.ESTABLISHED) {
            boolean hadRdma = paths.hasRdmaLink();
            action.run();
            if (hadRdma && !paths.hasRdmaLink()) {
                raising.onLost();
            }
        }
    }

    @Override
    public LinkListener onRaiseAccepted(RetainingLink raised, int generation) {
        if (state != State.ESTABLISHED || paths.hasRdmaLink()) {
            return null;
        }
        raising.onAccepted(raised, generation);
        return this;
    }

    private void onDataFrame(Link from, int type, long frame, int bodyLength) {
        if (state != State.ESTABLISHED) {
            context.counters().increment(CounterId.INGRESS_DROP_NOT_ESTABLISHED);
            return;
        }
        if (arrivals.accept(frame, bodyLength)) {
            paths.onData(from);
            context.events().onSequenced(this, type, FrameHeader.vni(frame), frame + FrameHeader.LENGTH, bodyLength);
        }
    }

    private void onUnknownType(int type) {
        if ((type & FrameHeader.TYPE_REQUIRED) != 0) {
            sendText(FrameType.REFUSE, "frame type " + type + " is required but unknown here");
            end("the peer sent required frame type " + type + ", which this version does not know");
        } else {
            context.counters().increment(CounterId.INGRESS_UNKNOWN_TYPE);
        }
    }

    @Override
    public void onWritable(Link from) {
        if (from == link && control.drain()) {
            paths.replay();
        }
        // Data: the lane's egress tries again each turn; the wake-up itself is what was needed.
    }

    @Override
    public void onGarbage(Link from) {
        context.counters().increment(CounterId.LINK_GARBAGE);
        paths.onGarbage(from);
    }

    @Override
    public void onClosed(Link from, String why) {
        if (from == link) {
            link = null;
            lost(why);
        } else if (paths.isRdmaLink(from)) {
            onControl(() -> paths.onRdmaClosed(why));
        }
    }

    // ---- greeting ------------------------------------------------------------------------------------------------------------

    private void connect() {
        reconnect.started();
        enter(State.CONNECTING);
        context.transport().connect(null, context.laneAddress(peer, remoteLane), new byte[0], context.config().helloTimeoutMillis(), this);
    }

    @Override
    public LinkListener onConnected(Link connected) {
        if (state != State.CONNECTING) {
            connected.close();
            return this;
        }
        link = connected;
        enter(State.GREETING);
        sayHello();
        return this;
    }

    @Override
    public void onFailed(String why) {
        if (state == State.CONNECTING) {
            context.counters().increment(CounterId.CONNECT_FAILURES);
            lost(why);
        }
    }

    private void sayHello() {
        epoch = context.freshEpoch();
        control.begin(link, epoch);
        sendControl(FrameType.HELLO, context.local().hello(epoch, linkIndex, peer.id(), context.rdma().features(peer.id())).encode());
    }

    private void onHello(long frame, int bodyLength) {
        if (state != State.GREETING) {
            end("the peer sent a second hello");
            return;
        }
        try {
            establish(Greeting.check(context.local(), peer, link.describe(), Memory.toArray(frame + FrameHeader.LENGTH, bodyLength)));
        } catch (Hello.Refused e) {
            context.counters().increment(CounterId.SESSIONS_REFUSED);
            sendText(FrameType.REFUSE, e.getMessage());
            end(e.getMessage());
        }
    }

    /** Whether this side makes the connections; a hello that comes in is then a knock. */
    boolean isConnector() {
        return connector;
    }

    /** The peer says that it is there: no more waiting, and no more waiting for an agent that it has replaced. */
    void onKnock(Hello hello) {
        if (state == State.ESTABLISHED && hello.incarnation() > incarnation) {
            end("a new agent of the peer has taken its place");
        }
        hasten();
    }

    /** Connects now if only the back-off keeps this side from it. */
    public void hasten() {
        if (connector && state == State.IDLE) {
            connect();
        }
    }

    /**
     * Takes over a link on which the peer has introduced itself, on the side that does not connect.
     *
     * @throws Hello.Refused when the link is not one this side expects
     */
    void accept(Link incoming, Hello hello) throws Hello.Refused {
        if (state == State.ESTABLISHED && hello.incarnation() < incarnation) {
            throw new Hello.Refused("a newer agent of host '" + peer.id() + "' holds this session");
        }
        if (link != null) {
            end("replaced by a newer connection of the peer");
        }
        link = incoming;
        sayHello();
        establish(hello);
    }

    private void establish(Hello hello) {
        arrivals.begin(hello.epoch());
        incarnation = hello.incarnation();
        departures.begin(epoch);
        takesMessages = hello.takesMessages();
        establishedAt = context.nanoTime();
        liveness.begin(establishedAt);
        enter(State.ESTABLISHED);
        paths.begin(link);
        raising.begin(hello, connector);
        reconnect.succeeded();
        context.counters().increment(CounterId.SESSIONS_ESTABLISHED);
        news.established(link.kind().label(), link.describe());
        context.events().onEstablished(this, hello);
    }

    // ---- time ----------------------------------------------------------------------------------------------------------------

    /**
     * Called about every 20 ms.
     *
     * @param late whether this agent itself was stopped for a while, so that the peer's silence says nothing
     */
    public void onTick(long now, boolean late) {
        if (late) {
            liveness.heard(now);
        }
        switch (state) {
            case IDLE -> {
                if (reconnect.due(now)) {
                    connect();
                }
            }
            case GREETING -> {
                if (now - stateSince > context.config().helloTimeoutNanos()) {
                    end("no hello within " + context.config().helloTimeoutMillis() + " ms");
                }
            }
            case ESTABLISHED -> {
                control.drain();
                onControl(() -> paths.onTick(now, late));
                raising.onTick(now);
                keepAlive(now);
            }
            default -> { }
        }
    }

    private void keepAlive(long now) {
        if (liveness.isDead(now)) {
            end("heard nothing for " + liveness.silentMillis(now) + " ms");
        } else if (liveness.mustSpeak(now)) {
            control.sendIfRoom(FrameType.HEARTBEAT, ByteBuffer.allocate(Long.BYTES).putLong(arrivals.sequence()).array());
            liveness.said(now);
        }
    }

    // ---- ending --------------------------------------------------------------------------------------------------------------

    /** Says goodbye and ends; the session does not come back. Idempotent. */
    public void close(String why) {
        if (state == State.ESTABLISHED) {
            sendText(FrameType.GOODBYE, why);
        }
        if (state != State.CLOSED) {
            end(why);
            enter(State.CLOSED);
        }
    }

    private void end(String why) {
        Link ending = link;
        link = null;
        if (ending != null) {
            ending.flush();
            ending.close();
        }
        lost(why);
    }

    private void lost(String why) {
        if (state == State.IDLE || state == State.CLOSED) {
            return;
        }
        boolean wasEstablished = state == State.ESTABLISHED;
        if (wasEstablished) {
            context.counters().add(CounterId.FRAMES_UNCONFIRMED, departures.unconfirmed());
        }
        control.end();
        paths.reset();
        reason = why;
        enter(State.IDLE);
        reconnect.failed(context.nanoTime());
        if (wasEstablished) {
            context.counters().increment(CounterId.SESSIONS_LOST);
            news.lost(why);
            context.events().onLost(this, why);
        } else {
            news.absent(why);
        }
    }

    private void enter(State next) {
        state = next;
        stateSince = context.nanoTime();
    }

    // ---- control frames ------------------------------------------------------------------------------------------------------

    private void sendText(int type, String text) {
        sendControl(type, text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void sendControl(int type, byte[] body) {
        liveness.said(context.nanoTime());
        if (!control.send(type, body)) {
            end("the peer does not take control frames");
        }
    }

    @Override
    public boolean mayUseTcp() {
        return !raising.isRequired();
    }

    @Override
    public void giveUp(String why) {
        sendText(FrameType.GOODBYE, why);
        end(why);
    }

    public SessionStatus status() {
        boolean up = state == State.ESTABLISHED;
        String where = link == null ? context.laneAddress(peer, remoteLane).toString() : link.describe();
        PathReason why = up ? news.reason() : PathReason.NO_SESSION;
        return new SessionStatus(peer.id(), linkIndex, context.lane(), state.name().toLowerCase(java.util.Locale.ROOT),
                up ? paths.carrying() : "none", why.label(), up ? news.explanation() : reason, why.remedy(), where,
                up ? (context.nanoTime() - establishedAt) / 1_000_000 : 0, departures.sequence(), departures.bytes(),
                arrivals.frames(), arrivals.bytes(), link == null ? 0 : link.pendingBytes(), news.switches(), news.lastGapMicros(),
                paths.rdmaFacts());
    }
}
