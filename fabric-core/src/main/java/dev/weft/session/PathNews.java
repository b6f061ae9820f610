package dev.weft.session;

import dev.weft.counters.CounterId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** What people are told of a session and its path: why it is the way it is, one log line each time that changes, and what changes cost. */
final class PathNews {
    private static final Logger LOG = LoggerFactory.getLogger(PathNews.class);

    private final SessionContext context;
    private final String peer;
    private PathReason reason = PathReason.NO_SESSION;
    private String detail = "";
    private PathReason logged;
    private String loggedDetail = "";
    private String absence = "";
    private long switches;
    private long lastGapNanos;

    PathNews(SessionContext context, String peer) {
        this.context = context;
        this.peer = peer;
    }

    void established(String kind, String link) {
        LOG.info("peer {}: established over {} ({})", peer, kind, link);
    }

    void lost(String why) {
        absence = why;
        LOG.warn("peer {}: session lost: {}", peer, why);
    }

    /** An attempt brought no session; said once for each reason. */
    void absent(String why) {
        if (!why.equals(absence)) {
            absence = why;
            LOG.info("peer {}: no session: {}", peer, why);
        }
    }

    /** Frames go where they went, for this reason. Said once: an attempt that fails every minute in the same way is no news. */
    void reason(PathReason why, String what) {
        reason = why;
        detail = what;
        if (!why.isPassing() && (why != logged || !what.equals(loggedDetail))) {
            LOG.info("peer {}: {}", peer, explanation());
            remember();
        }
    }

    /** Frames can go neither way until the change is over. */
    void leaving(PathReason why, String what) {
        reason = why;
        detail = what;
        LOG.atLevel(why == PathReason.IDLE ? Level.INFO : Level.WARN).log("peer {}: path leaves RDMA: {}", peer, explanation());
        remember();
    }

    /** The peer's agent, or this one, is wrong. */
    void alarm(String what) {
        LOG.error("peer {}: protocol error over RDMA, the session is reset: {}", peer, what);
    }

    /** Frames go another way from now on. */
    void switched(CounterId counter, String path, PathReason why, String what, long gapNanos) {
        reason = why;
        detail = what;
        switches++;
        lastGapNanos = gapNanos;
        context.counters().increment(counter);
        LOG.info("peer {}: path is now {}, after {} us without: {}", peer, path, gapNanos / 1000, explanation());
        remember();
    }

    private void remember() {
        logged = reason;
        loggedDetail = detail;
    }

    PathReason reason() {
        return reason;
    }

    String detail() {
        return detail;
    }

    String explanation() {
        return detail.isEmpty() ? reason.sentence() : reason.sentence() + ": " + detail;
    }

    long switches() {
        return switches;
    }

    long lastGapMicros() {
        return lastGapNanos / 1000;
    }
}
