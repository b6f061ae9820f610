package dev.weft.session;

import dev.weft.counters.CounterId;
import dev.weft.frame.FrameHeader;
import dev.weft.frame.FrameType;
import dev.weft.link.LaneTransport;
import dev.weft.link.Link;
import dev.weft.link.LinkListener;
import dev.weft.linux.Memory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where incoming links wait until they have said hello. What an unknown caller can hold here is bounded: links in number, in number
 * per source address, and in time. Lane's thread only.
 */
public final class Reception implements LaneTransport.Acceptor {
    private static final Logger LOG = LoggerFactory.getLogger(Reception.class);
    static final int MAX_WAITING = 64;
    static final int MAX_WAITING_PER_SOURCE = 4;

    /** Finds, or makes, the session a hello belongs to. */
    @FunctionalInterface
    public interface Sessions {
        /**
         * @param from address the link came from
         * @throws Hello.Refused when the sender is not listed, or calls from elsewhere than it is listed at
         */
        Session sessionFor(Hello hello, InetAddress from) throws Hello.Refused;
    }

    private final SessionContext context;
    private final Sessions sessions;
    private final List<Guest> waiting = new ArrayList<>();

    public Reception(SessionContext context, Sessions sessions) {
        this.context = context;
        this.sessions = sessions;
    }

    @Override
    public LinkListener accept(Link link, InetSocketAddress remote, byte[] privateData) {
        long sameSource = waiting.stream().filter(guest -> guest.from.equals(remote.getAddress())).count();
        if (waiting.size() >= MAX_WAITING || sameSource >= MAX_WAITING_PER_SOURCE) {
            context.counters().increment(CounterId.UNAUTHENTICATED_LIMIT);
            return null;
        }
        Guest guest = new Guest(link, remote.getAddress());
        waiting.add(guest);
        return guest;
    }

    public void onTick(long now) {
        for (Guest guest : List.copyOf(waiting)) {
            if (now - guest.since > context.config().helloTimeoutNanos()) {
                guest.link.close();
            }
        }
    }

    /** A link that has not introduced itself; afterwards it hands everything on to its session. */
    private final class Guest implements LinkListener {
        private final Link link;
        private final InetAddress from;
        private final long since = context.nanoTime();
        private LinkListener session;

        Guest(Link link, InetAddress from) {
            this.link = link;
            this.from = from;
        }

        @Override
        public void onFrame(Link on, long frame, int length) {
            if (session != null) {
                session.onFrame(on, frame, length);
                return;
            }
            waiting.remove(this);
            try {
                if (FrameHeader.type(frame) != FrameType.HELLO) {
                    throw new Hello.Refused("the first frame must be a hello");
                }
                byte[] body = Memory.toArray(frame + FrameHeader.LENGTH, Math.min(length - FrameHeader.LENGTH, Hello.MAX_LENGTH + 1));
                Hello hello = Greeting.check(context.local(), body);
                Session found = sessions.sessionFor(hello, from);
                if (found.isConnector()) {
                    say(FrameType.GOODBYE, "host '" + context.local().id() + "' has the smaller id and connects itself, now");
                    found.onKnock(hello);
                } else {
                    session = found;
                    found.accept(on, hello);
                }
            } catch (Hello.Refused e) {
                refuse(e.getMessage());
            }
        }

        private void refuse(String why) {
            session = null;
            context.counters().increment(CounterId.SESSIONS_REFUSED);
            LOG.warn("refused a connection from {}: {}", from.getHostAddress(), why);
            say(FrameType.REFUSE, why);
        }

        /** The last words on this link. */
        private void say(int type, String why) {
            byte[] body = why.getBytes(StandardCharsets.UTF_8);
            long frame = link.claim(FrameHeader.LENGTH + body.length);
            if (frame > 0) {
                FrameHeader.write(frame, type, body.length, 0, 0, 0);
                Memory.fromArray(body, frame + FrameHeader.LENGTH);
                link.commit(FrameHeader.LENGTH + body.length);
                link.flush();
            }
            link.close();
        }

        @Override
        public void onWritable(Link on) {
            if (session != null) {
                session.onWritable(on);
            }
        }

        @Override
        public void onGarbage(Link on) {
            context.counters().increment(CounterId.LINK_GARBAGE);
        }

        @Override
        public void onClosed(Link on, String reason) {
            waiting.remove(this);
            if (session != null) {
                session.onClosed(on, reason);
            }
        }
    }
}
