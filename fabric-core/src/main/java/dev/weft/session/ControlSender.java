package dev.weft.session;

import dev.weft.frame.FrameHeader;
import dev.weft.link.Link;
import dev.weft.linux.Memory;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Control frames of one session on its TCP link. They keep their order; what a full link does not take now waits here and goes before
 * anything else. The state machines send a handful at a time, so the queue is short; a peer that makes it long is not keeping to
 * the protocol. Lane's thread only.
 */
final class ControlSender {
    private static final int MAX_WAITING = 256;

    private record Waiting(int type, byte[] body) {
    }

    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private Link link;
    private int epoch;

    void begin(Link tcp, int ownEpoch) {
        waiting.clear();
        link = tcp;
        epoch = ownEpoch;
    }

    void end() {
        waiting.clear();
        link = null;
    }

    /** Sends, or keeps for later. @return false when the peer lets too many pile up */
    boolean send(int type, byte[] body) {
        if (link == null) {
            return true;
        }
        if (waiting.isEmpty() && trySend(type, body)) {
            return true;
        }
        waiting.add(new Waiting(type, body));
        return waiting.size() <= MAX_WAITING;
    }

    /** Sends now or not at all: for what the next one will say again. */
    void sendIfRoom(int type, byte[] body) {
        if (link != null && waiting.isEmpty()) {
            trySend(type, body);
        }
    }

    /** Sends what waits, as far as the link takes it. @return whether nothing waits any more */
    boolean drain() {
        while (!waiting.isEmpty() && link != null) {
            Waiting next = waiting.peek();
            if (!trySend(next.type, next.body)) {
                return false;
            }
            waiting.remove();
        }
        return true;
    }

    private boolean trySend(int type, byte[] body) {
        long frame = link.claim(FrameHeader.LENGTH + body.length);
        if (frame < 0) {
            return frame == Link.CLOSED; // a closed link takes everything, to nowhere
        }
        FrameHeader.write(frame, type, body.length, 0, epoch, 0);
        Memory.fromArray(body, frame + FrameHeader.LENGTH);
        link.commit(FrameHeader.LENGTH + body.length);
        link.flush();
        return true;
    }
}
