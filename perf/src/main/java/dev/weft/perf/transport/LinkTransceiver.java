package dev.weft.perf.transport;

import dev.weft.frame.FrameHeader;
import dev.weft.frame.FrameType;
import dev.weft.link.LaneTransport;
import dev.weft.link.Link;
import dev.weft.link.LinkListener;
import dev.weft.linux.Memory;

/**
 * One message a data frame on a link between two processes: the agents' own pipe, without TUN, session or container. The loop turns when a
 * message is polled for, or when the link has no room; never from within a delivery.
 */
final class LinkTransceiver implements Transceiver, LinkListener {
    private static final long END_NANOS = 500_000_000L;
    private static final long STEP_NANOS = 1_000_000L;

    private final LinkLoop loop;
    private final LaneTransport lane;
    private final long waitNanos;
    private final long token;
    private final Overflow overflow = new Overflow();
    private Link link;
    private boolean greeted;
    private boolean stranger;
    private String ended;
    private long claimed;
    private long sequence;
    private MessageHandler handler;
    private int room;
    private int delivered;
    private boolean delivering;
    private boolean closed;

    /** The loop and the lane's transport end with this. */
    LinkTransceiver(LinkLoop loop, LaneTransport lane, StreamSetup setup) {
        this.loop = loop;
        this.lane = lane;
        token = setup.token();
        waitNanos = setup.spin() ? 0 : PATIENCE_NANOS;
    }

    void attach(Link connected) {
        link = connected;
    }

    /** Sends the token; by the connecting end, before anything else. @return whether it could be sent */
    boolean greet() {
        long address = link.claim(FrameHeader.LENGTH + Long.BYTES);
        if (address < 0) {
            return false;
        }
        FrameHeader.write(address, FrameType.HELLO, Long.BYTES, 0, 0, 0);
        Memory.putLongBigEndian(address + FrameHeader.LENGTH, token);
        link.commit(FrameHeader.LENGTH + Long.BYTES);
        link.flush();
        return true;
    }

    boolean isGreeted() {
        return greeted;
    }

    boolean isStranger() {
        return stranger;
    }

    /** @return why the link is over, or null */
    String ended() {
        return ended;
    }

    @Override
    public long claim(int length) {
        if (ended != null) {
            return CLOSED;
        }
        long address = link.claim(FrameHeader.LENGTH + length);
        if (address == Link.NOT_NOW && !delivering) {
            link.flush();
            loop.turn(waitNanos);
            address = ended != null ? Link.CLOSED : link.claim(FrameHeader.LENGTH + length);
        }
        if (address < 0) {
            return address == Link.CLOSED ? CLOSED : NOT_NOW;
        }
        claimed = address;
        return address + FrameHeader.LENGTH;
    }

    @Override
    public void commit(int length) {
        FrameHeader.write(claimed, FrameType.DATA, length, 0, 0, sequence++);
        link.commit(FrameHeader.LENGTH + length);
    }

    @Override
    public void flush() {
        if (ended == null) {
            link.flush();
        }
    }

    @Override
    public int poll(MessageHandler to, int limit) {
        delivering = true;
        int kept = overflow.deliver(to, limit);
        delivering = false;
        if (kept > 0 || !overflow.isEmpty()) {
            if (kept == 0) {
                loop.turn(0); // nobody takes them: let what blocks the way move
            }
            return kept;
        }
        handler = to;
        room = limit;
        delivered = 0;
        loop.turn(waitNanos);
        handler = null;
        return delivered == 0 && ended != null ? CLOSED : delivered;
    }

    @Override
    public void onFrame(Link from, long address, int length) {
        int type = FrameHeader.type(address);
        int body = length - FrameHeader.LENGTH;
        if (!greeted && type == FrameType.HELLO) {
            stranger = body != Long.BYTES || Memory.getLongBigEndian(address + FrameHeader.LENGTH) != token;
            greeted = !stranger;
            if (stranger) {
                from.close();
            }
            return;
        }
        if (type != FrameType.DATA) {
            return;
        }
        delivering = true;
        boolean taken = handler != null && delivered < room && overflow.isEmpty()
                && handler.onMessage(address + FrameHeader.LENGTH, body);
        delivering = false;
        if (taken) {
            delivered++;
        } else {
            overflow.add(address + FrameHeader.LENGTH, body);
        }
    }

    @Override
    public void onWritable(Link from) {
        // the next claim tries again
    }

    @Override
    public void onClosed(Link from, String reason) {
        ended = reason;
    }

    /** Turns the loop until what was committed has left, for nobody will after this. */
    @Override
    public void endSending() {
        flush();
        long deadline = System.nanoTime() + END_NANOS;
        while (ended == null && link.pendingBytes() > 0 && System.nanoTime() - deadline < 0) {
            loop.turn(STEP_NANOS);
        }
    }

    @Override
    public String describe() {
        return link.kind().label() + " link " + link.describe();
    }

    @Override
    public long retransmits() {
        return -1;
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (link != null) {
            link.close();
        }
        lane.close();
        loop.close();
    }
}
