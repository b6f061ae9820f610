package dev.weft.lane;

import dev.weft.counters.CounterId;
import dev.weft.counters.Counters;
import dev.weft.frame.FrameHeader;
import dev.weft.frame.Packet;
import dev.weft.link.Link;
import dev.weft.linux.Memory;
import dev.weft.route.Route;
import dev.weft.session.Patience;
import dev.weft.session.Session;
import dev.weft.tun.PacketQueue;
import java.lang.foreign.Arena;

/**
 * From the TUN queue to the links. In the order a packet meets it:
 *
 * <ol>
 * <li>room for the frame is claimed from the link the last packet went to, because the next one most likely goes there too;
 * <li>one packet is read straight into that room, behind the frame header;
 * <li>its source must be an endpoint of this host, its destination must belong to a peer, both in one network;
 * <li>when the guess was wrong the packet is copied into the room of the right link;
 * <li>header written, frame committed; links are flushed at the end of the batch.
 * </ol>
 *
 * A link that is full makes its packet wait, and with it the queue, for as long as its {@link Patience} lasts: a peer that is briefly
 * behind then loses nothing. After that its packets are dropped and counted until its link takes frames again, so that it cannot hold
 * up the others. Lane's thread only.
 */
final class Egress {
    private static final int MAX_READ = FrameHeader.VIRTIO_LENGTH + 65_535;
    private static final int MAX_DIRTY = 64;

    /** A change of path loses nothing, so it may take longer than a full link; its steps have time limits of their own. */
    private static final long CHANGE_PATIENCE_NANOS = 500_000_000;

    private final PacketQueue tun;
    private final LanePeers peers;
    private final Counters counters;
    private final long scratch;
    private final Session[] dirty = new Session[MAX_DIRTY];
    private int dirtyCount;
    private boolean ready;
    private Session guess;
    private Session target;
    private int targetVni;
    private Session held;
    private int heldVni;
    private int heldLength;
    private long holdUntil;
    private boolean heldForChange;

    Egress(PacketQueue tun, LanePeers peers, Counters counters, Arena arena) {
        this.tun = tun;
        this.peers = peers;
        this.counters = counters;
        scratch = arena.allocate(FrameHeader.MAX_FRAME_LENGTH, 64).address();
    }

    /** The queue may have packets. */
    void onReadable() {
        ready = true;
    }

    /** Whether {@link #run} would try to read. */
    boolean isReady() {
        return ready && held == null;
    }

    /** When a waiting packet must be given up; {@link Long#MAX_VALUE} when none waits. */
    long deadline() {
        return held == null ? Long.MAX_VALUE : holdUntil;
    }

    /**
     * Moves packets until the queue is empty, a link is full, or the limit is reached.
     *
     * @return packets taken from the queue
     */
    int run(int limit, long now) {
        if (held != null && !releaseHeld(now)) {
            return 0;
        }
        int moved = 0;
        while (ready && held == null && moved < limit && moveOne(now)) {
            moved++;
        }
        flushDirty();
        return moved;
    }

    private boolean moveOne(long now) {
        long room = guess == null ? Link.CLOSED : guess.claim();
        boolean direct = room > 0;
        long frame = direct ? room : scratch;
        int length = tun.read(frame + FrameHeader.LENGTH, MAX_READ);
        if (length <= 0) {
            if (direct) {
                guess.abandon();
            }
            ready = false; // empty; the next edge of the descriptor sets it again
            return false;
        }
        if (!classify(frame + FrameHeader.LENGTH + FrameHeader.VIRTIO_LENGTH, length - FrameHeader.VIRTIO_LENGTH)) {
            if (direct) {
                guess.abandon();
            }
            return true;
        }
        if (direct && target == guess) {
            send(target, frame, targetVni, length);
            return true;
        }
        forward(frame, length, direct, now);
        return true;
    }

    /** The guess was wrong, or there was no room: the packet lies in a foreign place. */
    private void forward(long frame, int length, boolean claimed, long now) {
        long room = target.claim();
        if (room > 0) {
            Memory.copy(frame + FrameHeader.LENGTH, room + FrameHeader.LENGTH, length);
            if (claimed) {
                guess.abandon();
            }
            send(target, room, targetVni, length);
            guess = target;
            return;
        }
        if (claimed) {
            if (room == Link.NOT_NOW && mayWait(target)) {
                Memory.copy(frame + FrameHeader.LENGTH, scratch + FrameHeader.LENGTH, length);
            }
            guess.abandon();
        }
        if (room == Link.CLOSED) {
            counters.increment(whyClosed(target));
        } else if (mayWait(target)) {
            hold(length, now);
        } else {
            counters.increment(CounterId.EGRESS_DROP_BACK_PRESSURE);
        }
    }

    /** A change of path ends soon by itself, however slow the peer has been before. */
    private static boolean mayWait(Session session) {
        return session.isChangingPath() || !session.patience().isExhausted();
    }

    private static CounterId whyClosed(Session session) {
        return session.lacksRequiredRdma() ? CounterId.EGRESS_DROP_RDMA_REQUIRED : CounterId.EGRESS_DROP_NO_SESSION;
    }

    private void hold(int length, long now) {
        held = target;
        heldVni = targetVni;
        heldLength = length;
        heldForChange = target.isChangingPath();
        holdUntil = now + (heldForChange ? CHANGE_PATIENCE_NANOS : target.patience().nanos(now));
        counters.increment(CounterId.BACK_PRESSURE_WAITS);
    }

    private boolean releaseHeld(long now) {
        long room = held.claim();
        if (held.isChangingPath() && !heldForChange) {
            heldForChange = true; // it began while the packet waited
            holdUntil = now + CHANGE_PATIENCE_NANOS;
        }
        if (room == Link.NOT_NOW && now - holdUntil < 0) {
            return false;
        }
        if (room > 0) {
            Memory.copy(scratch + FrameHeader.LENGTH, room + FrameHeader.LENGTH, heldLength);
            send(held, room, heldVni, heldLength);
            guess = held;
        } else if (room == Link.NOT_NOW) {
            counters.increment(CounterId.EGRESS_DROP_BACK_PRESSURE);
            held.patience().waitedInVain(now);
        } else {
            counters.increment(whyClosed(held));
        }
        held = null;
        return true;
    }

    private void send(Session session, long frame, int vni, int length) {
        session.send(frame, vni, length);
        session.patience().relieved();
        counters.increment(CounterId.EGRESS_PACKETS);
        counters.add(CounterId.EGRESS_BYTES, length - FrameHeader.VIRTIO_LENGTH);
        for (int i = 0; i < dirtyCount; i++) {
            if (dirty[i] == session) {
                return;
            }
        }
        if (dirtyCount == MAX_DIRTY) {
            flushDirty();
        }
        dirty[dirtyCount++] = session;
    }

    private void flushDirty() {
        for (int i = 0; i < dirtyCount; i++) {
            dirty[i].flush();
            dirty[i] = null;
        }
        dirtyCount = 0;
    }

    /** Finds {@link #target} and {@link #targetVni}; false, and counted, when the packet goes nowhere. */
    private boolean classify(long packet, int length) {
        int version = Packet.check(packet, length);
        if (version == Packet.MALFORMED) {
            return drop(CounterId.EGRESS_DROP_MALFORMED);
        }
        boolean ipv4 = version == Packet.IPV4;
        if (ipv4 ? Packet.isIpv4Group(Packet.ipv4Destination(packet)) : Packet.isIpv6Group(Packet.ipv6DestinationHigh(packet))) {
            return drop(CounterId.EGRESS_DROP_GROUP); // the kernel's own group reports among them, with whatever source
        }
        long source = ipv4 ? peers.routes().lookup4(Packet.ipv4Source(packet))
                : peers.routes().lookup6(Packet.ipv6SourceHigh(packet), Packet.ipv6SourceLow(packet));
        if (Route.kind(source) != Route.KIND_LOCAL) {
            return drop(CounterId.EGRESS_DROP_FOREIGN_SOURCE);
        }
        long destination = ipv4 ? peers.routes().lookup4(Packet.ipv4Destination(packet))
                : peers.routes().lookup6(Packet.ipv6DestinationHigh(packet), Packet.ipv6DestinationLow(packet));
        if (Route.kind(destination) != Route.KIND_PEER) {
            return drop(CounterId.EGRESS_DROP_UNKNOWN_DESTINATION);
        }
        targetVni = Route.vni(destination);
        if (Route.vni(source) != targetVni) {
            return drop(CounterId.EGRESS_DROP_NETWORK_MISMATCH);
        }
        target = peers.established(Route.peerIndex(destination));
        return target != null || drop(CounterId.EGRESS_DROP_NO_SESSION);
    }

    private boolean drop(CounterId why) {
        counters.increment(why);
        return false;
    }
}
