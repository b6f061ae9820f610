package dev.weft.lane;

import dev.weft.counters.CounterId;
import dev.weft.counters.Counters;
import dev.weft.frame.FrameHeader;
import dev.weft.frame.FrameType;
import dev.weft.frame.MessageHeader;
import dev.weft.link.Link;
import dev.weft.linux.Memory;
import dev.weft.message.MessageCarrier;
import dev.weft.message.MessageLane;
import dev.weft.route.Route;
import dev.weft.session.Session;

/**
 * Messages between the media drivers of this host and the sessions of one lane, under the same rules as packets: a source must belong to
 * its sender, a destination to its receiver, both to the network that the frame names. A full link makes messages wait as long as the
 * session's {@link dev.weft.session.Patience} lasts; a media driver that is made to wait sees back-pressure, and sends again what was
 * dropped. Lane's thread only.
 */
final class MessageTraffic implements MessageCarrier {
    private static final int BATCH = 32;

    /** A change of path loses nothing, so it may take longer than a full link. */
    private static final long CHANGE_PATIENCE_NANOS = 500_000_000;

    private final LanePeers peers;
    private final Counters counters;
    private MessageLane lane = MessageLane.NONE;
    private Session dirty;
    private long now;
    private long waitUntil = Long.MAX_VALUE;

    MessageTraffic(LanePeers peers, Counters counters) {
        this.peers = peers;
        this.counters = counters;
    }

    void open(MessageLane opened) {
        lane = opened;
    }

    /** When a waiting message must be given up; {@link Long#MAX_VALUE} when none waits. */
    long deadline() {
        return waitUntil;
    }

    /** Moves waiting messages to the links. @return how many */
    int run(long nanoTime) {
        now = nanoTime;
        int moved = lane.poll(this, BATCH);
        flushDirty();
        return moved;
    }

    @Override
    public int offer(int vni, long message, int length) {
        long source = route(MessageHeader.sourceHigh(message), MessageHeader.sourceLow(message));
        if (Route.kind(source) != Route.KIND_LOCAL || Route.vni(source) != vni) {
            return drop(CounterId.EGRESS_MESSAGE_DROP_FOREIGN_SOURCE);
        }
        long destination = route(MessageHeader.destinationHigh(message), MessageHeader.destinationLow(message));
        if (Route.kind(destination) != Route.KIND_PEER || Route.vni(destination) != vni) {
            return drop(CounterId.EGRESS_MESSAGE_DROP_UNKNOWN_DESTINATION);
        }
        Session session = peers.established(Route.peerIndex(destination));
        if (session == null || !session.takesMessages()) {
            return drop(CounterId.EGRESS_MESSAGE_DROP_NO_SESSION);
        }
        long frame = session.claim();
        if (frame == Link.CLOSED) {
            return drop(session.lacksRequiredRdma() ? CounterId.EGRESS_DROP_RDMA_REQUIRED : CounterId.EGRESS_MESSAGE_DROP_NO_SESSION);
        }
        if (frame < 0) {
            return wait(session);
        }
        Memory.copy(message, frame + FrameHeader.LENGTH, length);
        session.send(FrameType.MESSAGE, frame, vni, length);
        session.patience().relieved();
        waitUntil = Long.MAX_VALUE;
        counters.increment(CounterId.EGRESS_MESSAGES);
        counters.add(CounterId.EGRESS_MESSAGE_BYTES, length - MessageHeader.LENGTH);
        if (dirty != session) {
            flushDirty();
            dirty = session;
        }
        return TAKEN;
    }

    private int wait(Session session) {
        flushDirty();
        if (session.patience().isExhausted()) {
            return drop(CounterId.EGRESS_MESSAGE_DROP_BACK_PRESSURE);
        }
        if (waitUntil == Long.MAX_VALUE) {
            waitUntil = now + (session.isChangingPath() ? CHANGE_PATIENCE_NANOS : session.patience().nanos(now));
            counters.increment(CounterId.BACK_PRESSURE_WAITS);
        } else if (now - waitUntil >= 0) {
            session.patience().waitedInVain(now);
            return drop(CounterId.EGRESS_MESSAGE_DROP_BACK_PRESSURE);
        }
        return NOT_NOW;
    }

    private int drop(CounterId why) {
        waitUntil = Long.MAX_VALUE;
        counters.increment(why);
        return TAKEN;
    }

    private void flushDirty() {
        if (dirty != null) {
            dirty.flush();
            dirty = null;
        }
    }

    /**
     * @param body address of the message header
     */
    void deliver(Session session, int vni, long body, int bodyLength) {
        CounterId refused = check(session, vni, body, bodyLength);
        if (refused == null) {
            switch (lane.deliver(vni, body, bodyLength)) {
                case MessageLane.DELIVERED -> {
                    counters.increment(CounterId.INGRESS_MESSAGES);
                    counters.add(CounterId.INGRESS_MESSAGE_BYTES, bodyLength - MessageHeader.LENGTH);
                }
                case MessageLane.FULL -> refused = CounterId.INGRESS_MESSAGE_DROP_FULL;
                default -> refused = CounterId.INGRESS_MESSAGE_DROP_NO_LISTENER;
            }
        }
        if (refused != null) {
            counters.increment(refused);
        }
    }

    private CounterId check(Session session, int vni, long body, int bodyLength) {
        if (bodyLength <= MessageHeader.LENGTH) {
            return CounterId.INGRESS_MESSAGE_DROP_MALFORMED;
        }
        long source = route(MessageHeader.sourceHigh(body), MessageHeader.sourceLow(body));
        if (Route.kind(source) != Route.KIND_PEER || Route.peerIndex(source) != session.peer().index()) {
            return CounterId.INGRESS_MESSAGE_DROP_FOREIGN_SOURCE;
        }
        long destination = route(MessageHeader.destinationHigh(body), MessageHeader.destinationLow(body));
        if (Route.kind(destination) != Route.KIND_LOCAL) {
            return CounterId.INGRESS_MESSAGE_DROP_UNKNOWN_DESTINATION;
        }
        return Route.vni(source) == vni && Route.vni(destination) == vni ? null : CounterId.INGRESS_MESSAGE_DROP_NETWORK_MISMATCH;
    }

    private long route(long high, long low) {
        return MessageHeader.isIpv4(high, low) ? peers.routes().lookup4((int) low) : peers.routes().lookup6(high, low);
    }
}
