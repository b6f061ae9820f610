package dev.weft.session;

import dev.weft.counters.CounterId;
import dev.weft.frame.FrameType;
import dev.weft.link.DeviceFacts;
import dev.weft.link.Link;
import dev.weft.link.RetainingLink;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Which link carries a session's new data frames, and how that changes without losing, doubling or reordering one.
 *
 * <p>Each direction changes by itself; this is the sending side of one.
 *
 * <pre>
 *          probes echoed, marker sent               marker answered
 *    TCP ----------------------------> LEAVING_TCP -----------------> RDMA
 *     ^                                     |                           |
 *     |                                     +-------------+-------------+
 *     | all sent again                                    | link broken, ack late, or peer says so: PATH_LOST sent
 *     |                  PATH_LOST of the peer            v
 *  REPLAYING <------------------------------------- RECOVERING
 * </pre>
 *
 * To RDMA: the marker is the last frame on TCP; nothing is sent until the peer has answered it, so a frame on RDMA never overtakes one on
 * TCP. To TCP: each side tells the other over TCP the highest sequence it received and takes nothing more from the broken link; what the
 * other missed is sent again from the memory of the link. Where the policy requires RDMA it is dropped instead, and counted. A second
 * failure at any point either finds the exchange still to be done, or ends the session, which starts anew with fresh epochs. No state
 * but TCP and RDMA lasts: a peer that does not answer in time ends the session. Lane's thread only.
 */
final class Paths {
    static final long PROBING_NANOS = 5_000_000_000L;
    private static final int TICKS_PER_TCP_ACK = 10;
    private static final int LOST_FIXED_LENGTH = 12;

    enum State {
        TCP, LEAVING_TCP, RDMA, RECOVERING, REPLAYING
    }

    /** What this needs of its session. */
    interface Owner {
        /** Sends a control frame over TCP; may be refused silently by a full link only for heartbeats. */
        void sendControl(int type, byte[] body);

        /** Whether data frames may travel over TCP. */
        boolean mayUseTcp();

        /** The session cannot go on; the peer is told. */
        void giveUp(String why);
    }

    private final SessionContext context;
    private final Owner owner;
    private final Arrivals arrivals;
    private final Departures departures;
    private final Probes probes = new Probes();
    private final Retained retained;
    private State state = State.TCP;
    private Link tcp;
    private RetainingLink rdma;
    private int generation;
    private boolean connects;
    private boolean garbage;
    private boolean peerSaidLost;
    private long peerReceived;
    private final AckClock acks;
    private long ackSaid;
    private boolean receivedOverRdma;
    private int ticksToAck;
    private long leftAt;
    private long waitingSince;
    private long used;
    private long usedAt;
    private final PathNews news;

    Paths(SessionContext context, Owner owner, Arrivals arrivals, Departures departures, PathNews news) {
        this.arrivals = arrivals;
        this.departures = departures;
        this.context = context;
        this.owner = owner;
        this.news = news;
        retained = new Retained(context.counters());
        acks = new AckClock(context.config().ackTimeoutNanos());
    }

    // ---- what the session asks while sending ---------------------------------------------------------------------------------

    /** The session has a new TCP link; everything starts anew on it. */
    void begin(Link link) {
        reset();
        tcp = link;
    }

    /** The session is over: the RDMA link goes with it. */
    void reset() {
        RetainingLink ending = rdma;
        rdma = null;
        if (ending != null) {
            ending.close();
            ending.releaseRetained();
        }
        retained.release();
        state = State.TCP;
        tcp = null;
        acks.start(0, context.nanoTime());
        ackSaid = 0;
        probes.end();
        peerSaidLost = false;
        receivedOverRdma = false;
    }

    boolean isRdma() {
        return state == State.RDMA;
    }

    /** Whether frames wait for a change of path: they must not be dropped as back-pressure. */
    boolean isChanging() {
        return state != State.TCP && state != State.RDMA;
    }

    /** The link new data frames go to, or null while none may be sent. */
    Link sending() {
        return switch (state) {
            case TCP -> tcp;
            case RDMA -> rdma;
            default -> null;
        };
    }

    /** A data frame was committed to {@link #sending}. */
    void onSent() {
        if (state == State.RDMA) {
            acks.onSent(departures.sequence(), context.nanoTime());
        }
    }

    void flush() {
        if (rdma != null) {
            rdma.flush();
        }
    }

    boolean isRdmaLink(Link link) {
        return link == rdma;
    }

    boolean hasRdmaLink() {
        return rdma != null;
    }

    // ---- raising -------------------------------------------------------------------------------------------------------------

    /** An RDMA link has come up for {@code raised}; the connecting side speaks first. */
    void onRaised(RetainingLink link, int raised, boolean connector) {
        rdma = link;
        connects = connector;
        garbage = false;
        generation = raised;
        peerSaidLost = false;
        waitingSince = context.nanoTime();
        news.reason(PathReason.PROBING, link.describe());
        probes.begin(link, raised, connector);
    }

    // ---- frames --------------------------------------------------------------------------------------------------------------

    /** A data frame came over this link and was in order. */
    void onData(Link from) {
        receivedOverRdma |= from == rdma;
    }

    /** A control frame of one of the types from {@link FrameType#RAISE_ASK} on, except those two of raising. */
    void onControl(int type, byte[] body) {
        ByteBuffer in = ByteBuffer.wrap(body);
        switch (type) {
            case FrameType.ACK -> onAck(in.remaining() >= 8 ? in.getLong() : 0);
            case FrameType.MARKER -> owner.sendControl(FrameType.MARKER_ANSWER, body);
            case FrameType.MARKER_ANSWER -> onMarkerAnswer(in.remaining() >= 4 ? in.getInt() : -1);
            case FrameType.PROBE -> probes.onProbe(body);
            case FrameType.PROBE_ECHO -> onEcho(body);
            case FrameType.PATH_LOST -> onPathLost(in);
            default -> { }
        }
    }

    private void onEcho(byte[] body) {
        if (state == State.TCP && probes.onEcho(body)) {
            leave(State.LEAVING_TCP);
            owner.sendControl(FrameType.MARKER, ByteBuffer.allocate(4).putInt(generation).array());
        }
    }

    private void leave(State next) {
        state = next;
        leftAt = context.nanoTime();
        waitingSince = leftAt;
    }

    private void onMarkerAnswer(int answered) {
        if (state == State.LEAVING_TCP && answered == generation) {
            state = State.RDMA;
            acks.start(departures.sequence(), context.nanoTime());
            departures.confirm(departures.sequence());
            news.switched(CounterId.PATH_TO_RDMA, "rdma", PathReason.CARRYING, rdma.describe(), context.nanoTime() - leftAt);
        }
    }

    private void onAck(long sequence) {
        if (sequence <= departures.sequence()) {
            acks.onAck(sequence, context.nanoTime());
            departures.confirm(sequence);
        }
    }

    // ---- losing --------------------------------------------------------------------------------------------------------------

    /** What came over this link is not allowed; its end follows. */
    void onGarbage(Link from) {
        garbage |= from == rdma;
    }

    /** The RDMA link ended by itself. Who sends what is not allowed cannot be trusted with the session either: both sides begin anew. */
    void onRdmaClosed(String why) {
        if (garbage) {
            news.alarm(why);
            owner.giveUp("protocol error over RDMA: " + why);
        } else {
            lose(PathReason.LINK_LOST, why);
        }
    }

    private void lose(PathReason why, String what) {
        RetainingLink broken = rdma;
        if (broken == null) {
            return;
        }
        rdma = null; // from here on nothing is taken from it
        probes.end();
        retained.keep(broken);
        broken.close();
        boolean wasSending = state == State.RDMA;
        if (state == State.RDMA || state == State.LEAVING_TCP) {
            leave(State.RECOVERING);
        }
        sayLost(why == PathReason.IDLE ? why.sentence() : what);
        if (wasSending) {
            news.leaving(why, what);
        } else {
            news.reason(why, what);
        }
        if (peerSaidLost || state == State.TCP) {
            recover();
        }
    }

    private void sayLost(String why) {
        byte[] text = why.getBytes(StandardCharsets.UTF_8);
        owner.sendControl(FrameType.PATH_LOST, ByteBuffer.allocate(LOST_FIXED_LENGTH + text.length).putInt(generation)
                .putLong(arrivals.sequence()).put(text).array());
        receivedOverRdma = false;
    }

    private void onPathLost(ByteBuffer in) {
        if (in.remaining() < LOST_FIXED_LENGTH || in.getInt() != generation || peerSaidLost) {
            return;
        }
        peerSaidLost = true;
        peerReceived = in.getLong();
        onAck(peerReceived); // a link that was left too early teaches patience
        acks.stop();
        if (rdma != null) {
            lose(PathReason.PEER_LOST, StandardCharsets.UTF_8.decode(in).toString().replaceAll("\\p{Cntrl}", " "));
        } else {
            recover();
        }
    }

    /** Both sides have spoken. */
    private void recover() {
        if (state == State.RECOVERING && peerSaidLost) {
            state = State.REPLAYING;
            if (!owner.mayUseTcp()) {
                retained.drop(peerReceived);
                departures.rewind(peerReceived);
            }
            replay();
        } else if (state == State.TCP) {
            retained.release();
        }
    }

    /** Sends again what the peer missed, as far as TCP takes it; called again when there is room. */
    void replay() {
        if (state != State.REPLAYING) {
            return;
        }
        peerReceived = retained.replay(peerReceived, tcp);
        if (retained.isEmpty()) {
            state = State.TCP;
            news.switched(CounterId.PATH_TO_TCP, "tcp", news.reason(), news.detail(), context.nanoTime() - leftAt);
        }
    }

    // ---- time ----------------------------------------------------------------------------------------------------------------

    /**
     * Called about every 20 ms.
     *
     * @param late whether this agent was stopped itself, so that missing acknowledgements say nothing
     */
    void onTick(long now, boolean late) {
        acknowledge();
        acks.onTick(now);
        if (late) {
            waitingSince = now;
        }
        if (state == State.RDMA && acks.isLate(departures.sequence(), now)) {
            lose(PathReason.ACK_LATE, "nothing for " + acks.silenceNanos(now) / 1_000_000 + " ms");
        } else if (isIdle(now)) {
            lose(PathReason.IDLE, "none for " + (now - usedAt) / 1_000_000_000 + " s");
        } else if (state == State.TCP && rdma != null && now - waitingSince > PROBING_NANOS) {
            lose(PathReason.PROBE_LATE, probes.echoed() + " of " + Probes.COUNT + " came back within " + PROBING_NANOS / 1_000_000 + " ms");
        } else if ((state == State.LEAVING_TCP || state == State.RECOVERING)
                && now - waitingSince > context.config().deadAfterNanos()) {
            owner.giveUp("the peer did not answer a change of path within " + (now - waitingSince) / 1_000_000 + " ms");
        }
        replay();
    }

    /** The connecting side gives an idle link back, since it raises the next; not where RDMA is required and nothing else may carry. */
    private boolean isIdle(long now) {
        if (framesCarried() != used || state != State.RDMA) {
            used = framesCarried();
            usedAt = now;
        }
        return now - usedAt > context.config().idleNanos() && connects && owner.mayUseTcp();
    }

    /** Data frames of this session so far, in both directions. */
    long framesCarried() {
        return departures.sequence() + arrivals.sequence();
    }

    /** Over RDMA each tick, since the peer keeps what is unacknowledged and goes by the time; over TCP now and then, for its counters. */
    private void acknowledge() {
        if (arrivals.sequence() > ackSaid && (receivedOverRdma || --ticksToAck <= 0)) {
            ticksToAck = TICKS_PER_TCP_ACK;
            ackSaid = arrivals.sequence();
            owner.sendControl(FrameType.ACK, ByteBuffer.allocate(8).putLong(ackSaid).array());
        }
    }

    // ---- for people ----------------------------------------------------------------------------------------------------------

    String carrying() {
        return state == State.RDMA ? "rdma" : state == State.TCP ? "tcp" : "changing";
    }

    /** Null when there is no RDMA link. */
    DeviceFacts rdmaFacts() {
        return rdma == null ? null : rdma.facts();
    }
}
