package dev.weft.session;

import dev.weft.counters.CounterId;
import dev.weft.counters.Counters;
import dev.weft.frame.FrameHeader;
import dev.weft.frame.FrameType;
import dev.weft.link.LaneTransport;
import dev.weft.link.Link;
import dev.weft.link.LinkListener;
import dev.weft.linux.Memory;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The relation with one peer over one link: greeting, epoch, sequence, heartbeats, and coming back after a loss.
 *
 * <pre>
 *   the side with the smaller host id               the other side
 *
 *      IDLE <----------------------+                   IDLE <---------+
 *       | back-off passed          |                    |             |
 *       v                          |                    | hello of    |
 *   CONNECTING ---- failed --------+                    | the peer    |
 *       | link up, hello sent      |                    | accepted,   |
 *       v                          |                    | hello sent  |
 *    GREETING --- refused, late ---+                    v             |
 *       | hello of the peer        |              ESTABLISHED --------+
 *       v                          |                     link lost, silence, goodbye
 *   ESTABLISHED -------------------+
 * </pre>
 *
 * Every established session has a fresh epoch in each direction; data frames of another epoch are dropped. Data frames carry a
 * sequence from 1 in each direction. All methods run on the lane's thread.
 */
public final class Session implements LinkListener {
    private static final Logger LOG = LoggerFactory.getLogger(Session.class);

    /** A data frame this far ahead of the expected one is not the next after a loss but nonsense. */
    static final long SEQUENCE_WINDOW = 8192;

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
    private State state = State.IDLE;
    private Link link;
    private String reason = "not yet connected";
    private int epochSent;
    private int epochReceived;
    private long incarnation;
    private long sequenceSent;
    private long sequenceReceived;
    private long establishedAt;
    private long lastHeard;
    private long lastSaid;
    private long stateSince;
    private long framesReceived;
    private long bytesSent;
    private long bytesReceived;

    public Session(SessionContext context, RemoteHost peer, int linkIndex, int remoteLane) {
        this.context = context;
        this.peer = peer;
        this.linkIndex = linkIndex;
        this.remoteLane = remoteLane;
        connector = peer.isConnectedBy(context.local());
        reconnect = new Reconnect(context.config(), context.random());
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
     * @return address of the frame, {@link Link#NOT_NOW}, or {@link Link#CLOSED} when there is no established session
     */
    public long claim() {
        return state == State.ESTABLISHED ? link.claim(FrameHeader.MAX_FRAME_LENGTH) : Link.CLOSED;
    }

    /** Gives a claim back. */
    public void abandon() {
        link.abandon();
    }

    /** Writes the header of the claimed frame, whose body is in place, and commits it. */
    public void send(long frame, int vni, int bodyLength) {
        FrameHeader.write(frame, FrameType.DATA, bodyLength, vni, epochSent, ++sequenceSent);
        bytesSent += bodyLength;
        lastSaid = context.nanoTime();
        link.commit(FrameHeader.LENGTH + bodyLength);
    }

    /** Egress keeps here how long it waits for this session. */
    public Patience patience() {
        return patience;
    }

    public void flush() {
        if (link != null) {
            link.flush();
        }
    }

    // ---- receiving -----------------------------------------------------------------------------------------------------------

    @Override
    public void onFrame(Link from, long frame, int length) {
        if (from != link) {
            return; // a link that was replaced
        }
        lastHeard = context.nanoTime();
        int type = FrameHeader.type(frame);
        switch (type) {
            case FrameType.DATA -> onDataFrame(frame, length - FrameHeader.LENGTH);
            case FrameType.HEARTBEAT -> { } // having been heard is all it says
            case FrameType.HELLO -> onHello(frame, length - FrameHeader.LENGTH);
            case FrameType.REFUSE -> {
                context.counters().increment(CounterId.SESSIONS_REFUSED);
                end("refused by the peer: " + text(frame, length));
            }
            case FrameType.GOODBYE -> end("the peer said goodbye: " + text(frame, length));
            default -> onUnknownType(type);
        }
    }

    private void onDataFrame(long frame, int bodyLength) {
        Counters counters = context.counters();
        if (state != State.ESTABLISHED) {
            counters.increment(CounterId.INGRESS_DROP_NOT_ESTABLISHED);
            return;
        }
        if (FrameHeader.epoch(frame) != epochReceived) {
            counters.increment(CounterId.INGRESS_DROP_EPOCH);
            return;
        }
        long ahead = FrameHeader.sequence(frame) - sequenceReceived;
        if (ahead != 1 && !acceptGap(ahead)) {
            return;
        }
        sequenceReceived += ahead;
        framesReceived++;
        bytesReceived += bodyLength;
        context.events().onData(this, FrameHeader.vni(frame), frame + FrameHeader.LENGTH, bodyLength);
    }

    private boolean acceptGap(long ahead) {
        if (ahead <= 0) {
            context.counters().increment(CounterId.INGRESS_DROP_DUPLICATE);
            return false;
        }
        if (ahead > SEQUENCE_WINDOW) {
            context.counters().increment(CounterId.INGRESS_DROP_OUT_OF_WINDOW);
            return false;
        }
        context.counters().add(CounterId.FRAMES_LOST, ahead - 1);
        return true;
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
        // The lane's egress tries again each turn; the wake-up itself is what was needed.
    }

    @Override
    public void onClosed(Link from, String why) {
        if (from == link) {
            link = null;
            lost(why);
        }
    }

    // ---- greeting ------------------------------------------------------------------------------------------------------------

    private void connect() {
        enter(State.CONNECTING);
        long timeoutMillis = Math.max(1, context.config().helloTimeoutNanos() / 1_000_000);
        context.transport().connect(null, context.laneAddress(peer, remoteLane), new byte[0], timeoutMillis,
                new LaneTransport.ConnectHandler() {
                    @Override
                    public LinkListener onConnected(Link connected) {
                        if (state != State.CONNECTING) {
                            connected.close();
                            return Session.this;
                        }
                        link = connected;
                        lastHeard = context.nanoTime();
                        enter(State.GREETING);
                        sayHello();
                        return Session.this;
                    }

                    @Override
                    public void onFailed(String why) {
                        if (state == State.CONNECTING) {
                            context.counters().increment(CounterId.CONNECT_FAILURES);
                            lost(why);
                        }
                    }
                });
    }

    private void sayHello() {
        epochSent = context.freshEpoch();
        byte[] body = context.local().hello(epochSent, linkIndex, peer.id()).encode();
        sendControl(FrameType.HELLO, body);
        flush();
    }

    private void onHello(long frame, int bodyLength) {
        if (state != State.GREETING) {
            end("the peer sent a second hello");
            return;
        }
        try {
            Hello hello = Greeting.check(context.local(), Memory.toArray(frame + FrameHeader.LENGTH, bodyLength));
            if (!hello.hostId().equals(peer.id())) {
                throw new Hello.Refused("the agent at " + link.describe() + " is '" + hello.hostId() + "', not '" + peer.id() + "'");
            }
            establish(hello);
        } catch (Hello.Refused e) {
            context.counters().increment(CounterId.SESSIONS_REFUSED);
            sendText(FrameType.REFUSE, e.getMessage());
            end(e.getMessage());
        }
    }

    /**
     * Takes over a link on which the peer has introduced itself, on the side that does not connect.
     *
     * @throws Hello.Refused when the link is not one this side expects
     */
    void accept(Link incoming, Hello hello) throws Hello.Refused {
        if (connector) {
            throw new Hello.Refused("host '" + context.local().id() + "' has the smaller id and makes the connections itself");
        }
        if (state == State.ESTABLISHED && hello.incarnation() < incarnation) {
            throw new Hello.Refused("a newer agent of host '" + peer.id() + "' holds this session");
        }
        if (link != null) {
            Link old = link;
            link = null;
            old.close();
            lost("replaced by a newer connection of the peer");
        }
        link = incoming;
        sayHello();
        establish(hello);
    }

    private void establish(Hello hello) {
        epochReceived = hello.epoch();
        incarnation = hello.incarnation();
        sequenceSent = 0;
        sequenceReceived = 0;
        lastHeard = context.nanoTime();
        lastSaid = lastHeard;
        establishedAt = lastHeard;
        reason = "rdma is not set up on this host";
        enter(State.ESTABLISHED);
        reconnect.succeeded();
        context.counters().increment(CounterId.SESSIONS_ESTABLISHED);
        LOG.info("peer {} link {}: established over {} ({})", peer.id(), linkIndex, link.kind().label(), link.describe());
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
            lastHeard = now;
        }
        switch (state) {
            case IDLE -> {
                if (connector && reconnect.due(now)) {
                    connect();
                }
            }
            case GREETING -> {
                if (now - stateSince > context.config().helloTimeoutNanos()) {
                    end("no hello within " + context.config().helloTimeoutNanos() / 1_000_000 + " ms");
                }
            }
            case ESTABLISHED -> keepAlive(now);
            default -> { }
        }
    }

    private void keepAlive(long now) {
        if (now - lastHeard > context.config().deadAfterNanos()) {
            end("heard nothing for " + (now - lastHeard) / 1_000_000 + " ms");
        } else if (now - lastSaid >= context.config().heartbeatNanos()) {
            byte[] body = new byte[Long.BYTES];
            java.nio.ByteBuffer.wrap(body).putLong(sequenceReceived);
            sendControl(FrameType.HEARTBEAT, body);
            flush();
        }
    }

    // ---- ending --------------------------------------------------------------------------------------------------------------

    /** Says goodbye and ends; the session does not come back. Idempotent. */
    public void close(String why) {
        if (state == State.CLOSED) {
            return;
        }
        if (state == State.ESTABLISHED) {
            sendText(FrameType.GOODBYE, why);
        }
        end(why);
        enter(State.CLOSED);
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
        boolean news = !why.equals(reason);
        reason = why;
        enter(State.IDLE);
        reconnect.failed(context.nanoTime());
        if (wasEstablished) {
            context.counters().increment(CounterId.SESSIONS_LOST);
            LOG.warn("peer {} link {}: session lost: {}", peer.id(), linkIndex, why);
            context.events().onLost(this, why);
        } else if (news) {
            LOG.info("peer {} link {}: no session: {}", peer.id(), linkIndex, why);
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

    /** Control frames are not retried: when the link has no room now, what fills it says as much as a heartbeat would. */
    private void sendControl(int type, byte[] body) {
        if (link == null) {
            return;
        }
        long frame = link.claim(FrameHeader.LENGTH + body.length);
        if (frame < 0) {
            return;
        }
        FrameHeader.write(frame, type, body.length, 0, epochSent, 0);
        Memory.fromArray(body, frame + FrameHeader.LENGTH);
        link.commit(FrameHeader.LENGTH + body.length);
        lastSaid = context.nanoTime();
    }

    private static String text(long frame, int length) {
        int bodyLength = Math.min(length - FrameHeader.LENGTH, 512);
        return new String(Memory.toArray(frame + FrameHeader.LENGTH, bodyLength), StandardCharsets.UTF_8).replaceAll("\\p{Cntrl}", " ");
    }

    public SessionStatus status() {
        boolean up = state == State.ESTABLISHED;
        return new SessionStatus(peer.id(), linkIndex, context.lane(), state.name().toLowerCase(java.util.Locale.ROOT),
                up ? link.kind().label() : "none", reason, link == null ? context.laneAddress(peer, remoteLane).toString()
                : link.describe(), up ? (context.nanoTime() - establishedAt) / 1_000_000 : 0, sequenceSent, bytesSent,
                framesReceived, bytesReceived, link == null ? 0 : link.pendingBytes());
    }
}
