package dev.weft.session;

import dev.weft.link.LaneTransport;
import dev.weft.link.Link;
import dev.weft.link.LinkListener;
import dev.weft.link.RetainingLink;
import dev.weft.loop.LaneLoop;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Hands out tokens over sessions and takes them back with incoming RDMA links: a link belongs to the session whose token it brings. A
 * token is random, valid once, for ten seconds, and only from the address of the peer it was given to. Lane's thread only.
 */
public final class RaiseDesk implements LaneTransport.Acceptor {
    static final int TOKEN_LENGTH = 16;
    private static final long VALID_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final int MAX_TOKENS = 4096;

    private final LaneLoop loop;
    private final int port;
    private final SecureRandom random = new SecureRandom();
    private final Map<Token, Ticket> tickets = new HashMap<>();

    private record Token(long high, long low) {
        static Token of(byte[] bytes) {
            java.nio.ByteBuffer in = java.nio.ByteBuffer.wrap(bytes);
            return new Token(in.getLong(), in.getLong());
        }
    }

    /** Whom a token was given for. */
    @FunctionalInterface
    interface Holder {
        /** A link came in with the token. @return the listener of the link, or null when it is not wanted any more */
        LinkListener onRaiseAccepted(RetainingLink raised, int generation);
    }

    private record Ticket(Holder holder, int generation, InetAddress peer, long expires) {
    }

    /**
     * @param port where this lane's RDMA transport listens
     */
    public RaiseDesk(LaneLoop loop, int port) {
        this.loop = loop;
        this.port = port;
    }

    int port() {
        return port;
    }

    /** A fresh token; the holder's earlier one is void. @param peer the only address it is taken from */
    byte[] issue(Holder holder, int generation, InetAddress peer) {
        tickets.values().removeIf(ticket -> ticket.holder == holder || loop.nanoTime() - ticket.expires > 0);
        byte[] token = new byte[TOKEN_LENGTH];
        random.nextBytes(token);
        if (tickets.size() < MAX_TOKENS) {
            tickets.put(Token.of(token), new Ticket(holder, generation, peer, loop.nanoTime() + VALID_NANOS));
        }
        return token;
    }

    @Override
    public LinkListener accept(Link link, InetSocketAddress remote, byte[] privateData) {
        if (privateData.length != TOKEN_LENGTH || !(link instanceof RetainingLink retaining)) {
            return null;
        }
        Ticket ticket = tickets.remove(Token.of(privateData));
        boolean valid = ticket != null && loop.nanoTime() - ticket.expires <= 0 && ticket.peer.equals(remote.getAddress());
        return valid ? ticket.holder.onRaiseAccepted(retaining, ticket.generation) : null;
    }
}
