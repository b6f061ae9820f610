package dev.weft.session;

/** When a peer was last heard and last spoken to. Times are of {@link System#nanoTime} or whatever clock the session runs on. */
final class Liveness {
    private final SessionConfig config;
    private long lastHeard;
    private long lastSaid;

    Liveness(SessionConfig config) {
        this.config = config;
    }

    void begin(long now) {
        lastHeard = now;
        lastSaid = now;
    }

    void heard(long now) {
        lastHeard = now;
    }

    void said(long now) {
        lastSaid = now;
    }

    boolean isDead(long now) {
        return now - lastHeard > config.deadAfterNanos();
    }

    long silentMillis(long now) {
        return (now - lastHeard) / 1_000_000;
    }

    /** Whether the peer would otherwise begin to doubt that this side is there. */
    boolean mustSpeak(long now) {
        return now - lastSaid >= config.heartbeatNanos();
    }
}
