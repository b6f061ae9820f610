package dev.weft.messaging;

import java.net.InetAddress;
import org.agrona.collections.Long2ObjectHashMap;

/**
 * Which address each stream that arrives here comes from. Aeron tells streams by session and stream id alone; without this, whoever may
 * send to the port could put frames into another's stream by naming its ids. The first address whose frames an image took is the owner,
 * until it has been silent as long as an image lives without frames. Receiver's thread only; allocates once for a stream.
 */
final class StreamOwners {
    private static final int LIMIT = 4096;

    private final Long2ObjectHashMap<Owner> owners = new Long2ObjectHashMap<>();
    private final long silenceNanos;
    private Owner last = new Owner(null);
    private long lastStream;

    private static final class Owner {
        final InetAddress address;
        long heard;

        Owner(InetAddress address) {
            this.address = address;
        }
    }

    /**
     * @param silenceNanos how long an owner may be silent
     */
    StreamOwners(long silenceNanos) {
        this.silenceNanos = silenceNanos;
    }

    /** Whether frames of the stream may come from the address: it is the owner's, or there is no owner. */
    boolean mayCome(int session, int stream, InetAddress from, long now) {
        Owner owner = find(session, stream);
        if (owner == null || now - owner.heard > silenceNanos) {
            return true;
        }
        if (!owner.address.equals(from)) {
            return false;
        }
        owner.heard = now;
        return true;
    }

    /** An image took frames of the stream that may come from the address. */
    void taken(int session, int stream, InetAddress from, long now) {
        Owner owner = find(session, stream);
        if (owner != null && owner.address.equals(from)) {
            return;
        }
        if (owners.size() >= LIMIT) {
            owners.values().removeIf(each -> now - each.heard > silenceNanos);
        }
        if (owners.size() < LIMIT) {
            Owner taker = new Owner(from);
            taker.heard = now;
            owners.put(key(session, stream), taker);
            last = taker;
            lastStream = key(session, stream);
        }
    }

    private Owner find(int session, int stream) {
        long key = key(session, stream);
        if (key == lastStream && last.address != null) {
            return last;
        }
        Owner owner = owners.get(key);
        if (owner != null) {
            last = owner;
            lastStream = key;
        }
        return owner;
    }

    private static long key(int session, int stream) {
        return (long) session << 32 | stream & 0xFFFFFFFFL;
    }
}
