package dev.weft.session;

import dev.weft.counters.CounterId;
import dev.weft.frame.FrameType;
import dev.weft.link.LaneTransport;
import dev.weft.link.Link;
import dev.weft.link.LinkListener;
import dev.weft.link.RetainingLink;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/**
 * Decides whether a session may have an RDMA link, and raises one. The side that connected the session asks, the other side
 * gives a token and waits for a link that brings it.
 *
 * <pre>
 *   connecting side                            listening side
 *     RAISE_ASK generation        ---- TCP --->
 *                                <---- TCP ----   RAISE_TOKEN generation, port, token
 *     connect, token as private data - RDMA CM -->  token known, once, in time, from the right address: accepted
 *     PROBE 1                     ---- RDMA -->    ...
 * </pre>
 *
 * After a loss the next attempt waits 5 s, doubling to 60 s; a link that lived for a minute starts over at 5 s, and links are never raised
 * more often than that, sessions may come and go. Where the policy requires RDMA there is nothing to fall back on, so the waits are
 * shorter: 250 ms to 5 s. After a link was given back as idle the next frame is what is waited for. Lane's thread only.
 */
final class Raising {
    static final long FIRST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(5);
    static final long LONGEST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(60);
    static final long FIRST_PAUSE_REQUIRED_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final long ATTEMPT_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long CONNECT_TIMEOUT_MILLIS = 3_000;
    private static final long NOT_IDLE = -1;

    private final SessionContext context;
    private final Session session;
    private final Paths paths;
    private final PathNews news;
    private boolean allowed;
    private boolean required;
    private boolean connector;
    private int generation;
    private boolean asking;
    private long askedAt;
    private long nextAttempt;
    private long pause;
    private boolean begun;
    private long idleSince = NOT_IDLE;
    private boolean everRaised;
    private long raisedAt;

    Raising(SessionContext context, Session session, Paths paths, PathNews news) {
        this.context = context;
        this.session = session;
        this.paths = paths;
        this.news = news;
    }

    /** The session is established; {@code hello} is the peer's. */
    void begin(Hello hello, boolean connects) {
        connector = connects;
        asking = false;
        idleSince = NOT_IDLE;
        RdmaPolicy here = context.rdma().policy().apply(hello.hostId());
        RdmaPolicy there = RdmaSetup.policyOf(hello);
        required = here == RdmaPolicy.REQUIRE || there == RdmaPolicy.REQUIRE;
        PathReason why = here == RdmaPolicy.FORBID ? PathReason.FORBIDDEN_HERE
                : there == RdmaPolicy.FORBID ? PathReason.FORBIDDEN_BY_PEER
                : context.rdma().transport() == null ? PathReason.UNAVAILABLE_HERE
                : !RdmaSetup.isAvailable(hello) ? PathReason.UNAVAILABLE_AT_PEER : PathReason.RAISING;
        allowed = why == PathReason.RAISING;
        pause = Math.max(pause, firstPause());
        if (!begun) {
            begun = true;
            nextAttempt = context.nanoTime();
        } else if (everRaised && raisedAt + firstPause() - nextAttempt > 0) {
            nextAttempt = raisedAt + firstPause();
        }
        news.reason(why, why == PathReason.UNAVAILABLE_HERE ? context.rdma().status() : "");
    }

    private long firstPause() {
        return required ? FIRST_PAUSE_REQUIRED_NANOS : FIRST_PAUSE_NANOS;
    }

    private long longestPause() {
        return required ? FIRST_PAUSE_NANOS : LONGEST_PAUSE_NANOS;
    }

    /** Whether data frames may not travel over TCP. */
    boolean isRequired() {
        return required;
    }

    void onTick(long now) {
        if (!allowed || paths.hasRdmaLink() || paths.isChanging()) {
            if (paths.isRdma() && now - raisedAt > LONGEST_PAUSE_NANOS) {
                pause = firstPause();
            }
            return;
        }
        if (asking && now - askedAt > ATTEMPT_NANOS) {
            failed("no token within " + ATTEMPT_NANOS / 1_000_000 + " ms");
        }
        if (connector && !asking && now - nextAttempt >= 0 && idleSince != paths.framesCarried()) {
            idleSince = NOT_IDLE;
            asking = true;
            askedAt = now;
            generation++;
            session.sendControl(FrameType.RAISE_ASK, ByteBuffer.allocate(4).putInt(generation).array());
        }
    }

    /** The RDMA link was lost, or the path left it. */
    void onLost() {
        long now = context.nanoTime();
        if (news.reason() == PathReason.IDLE) {
            idleSince = paths.framesCarried();
            nextAttempt = now;
            return;
        }
        nextAttempt = now + pause;
        pause = Math.min(pause * 2, longestPause());
        asking = false;
    }

    void onAsk(byte[] body) {
        if (body.length < 4 || connector) {
            return;
        }
        int asked = ByteBuffer.wrap(body).getInt();
        boolean busy = paths.isChanging() || paths.hasRdmaLink();
        String refusal = !allowed ? "RDMA is not to be had here" : busy ? "the last link is not over" : "";
        if (refusal.isEmpty()) {
            byte[] token = context.rdma().desk().issue(session, asked, session.peer().underlay().getAddress());
            session.sendControl(FrameType.RAISE_TOKEN, ByteBuffer.allocate(6 + token.length).putInt(asked)
                    .putShort((short) context.rdma().desk().port()).put(token).array());
        } else {
            byte[] text = refusal.getBytes(StandardCharsets.UTF_8);
            session.sendControl(FrameType.RAISE_TOKEN,
                    ByteBuffer.allocate(6 + text.length).putInt(asked).putShort((short) 0).put(text).array());
        }
    }

    void onToken(byte[] body) {
        ByteBuffer in = ByteBuffer.wrap(body);
        if (!asking || in.remaining() < 6 || in.getInt() != generation) {
            return;
        }
        int port = in.getShort() & 0xFFFF;
        if (port == 0 || in.remaining() != RaiseDesk.TOKEN_LENGTH) {
            failed("refused by the peer: " + StandardCharsets.UTF_8.decode(in).toString().replaceAll("\\p{Cntrl}", " "));
            return;
        }
        byte[] token = new byte[RaiseDesk.TOKEN_LENGTH];
        in.get(token);
        int attempt = generation;
        askedAt = context.nanoTime();
        context.rdma().transport().connect(new InetSocketAddress(context.local().underlay().getAddress(), 0),
                new InetSocketAddress(session.peer().underlay().getAddress(), port), token, CONNECT_TIMEOUT_MILLIS,
                new LaneTransport.ConnectHandler() {
                    @Override
                    public LinkListener onConnected(Link link) {
                        return connected(link, attempt);
                    }

                    @Override
                    public void onFailed(String why) {
                        if (asking && attempt == generation) {
                            failed(why);
                        }
                    }
                });
    }

    private LinkListener connected(Link link, int attempt) {
        if (!asking || attempt != generation || !session.isEstablished() || !(link instanceof RetainingLink retaining)) {
            link.close();
            return session;
        }
        raised();
        paths.onRaised(retaining, attempt, true);
        return session;
    }

    /** A link came in with a token this session gave. */
    void onAccepted(RetainingLink link, int raisedGeneration) {
        generation = raisedGeneration;
        raised();
        paths.onRaised(link, raisedGeneration, false);
    }

    private void raised() {
        asking = false;
        everRaised = true;
        raisedAt = context.nanoTime();
    }

    private void failed(String why) {
        context.counters().increment(CounterId.RDMA_RAISE_FAILURES);
        news.reason(PathReason.RAISE_FAILED, why);
        onLost();
    }
}
