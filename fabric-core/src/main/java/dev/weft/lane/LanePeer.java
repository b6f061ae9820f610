package dev.weft.lane;

import dev.weft.session.RemoteHost;
import dev.weft.session.Session;

/**
 * One peer as one lane sees it: the sessions of the links that end on this lane. Two hosts with N and M lanes have max(N, M) links;
 * link k joins lane k mod N here with lane k mod M there, so every lane has at least one. Lane's thread only.
 */
final class LanePeer {
    private final RemoteHost host;
    private Session[] sessions = new Session[0];

    LanePeer(RemoteHost host) {
        this.host = host;
    }

    RemoteHost host() {
        return host;
    }

    Session[] sessions() {
        return sessions;
    }

    Session session(int linkIndex) {
        for (Session session : sessions) {
            if (session.linkIndex() == linkIndex) {
                return session;
            }
        }
        return null;
    }

    void add(Session session) {
        Session[] grown = java.util.Arrays.copyOf(sessions, sessions.length + 1);
        grown[sessions.length] = session;
        sessions = grown;
    }

    /** The session that carries data frames: the first established one, so that a flow keeps its order. Null when there is none. */
    Session established() {
        for (Session session : sessions) {
            if (session.isEstablished()) {
                return session;
            }
        }
        return null;
    }
}
