package dev.weft.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A conversation with rtnetlink (rtnetlink(7)) in one network namespace: the one of the thread that opened it, for as long as the
 * socket lives, whoever uses it later. Thread-safe, one request at a time.
 */
public final class RouteSocket implements AutoCloseable {
    private static final int AF_NETLINK = 16;
    private static final int SOCK_RAW = 3;
    private static final int SOCK_CLOEXEC = 02000000;
    private static final int NETLINK_ROUTE = 0;
    private static final int SOL_NETLINK = 270;
    private static final int NETLINK_CAP_ACK = 10;
    private static final int NETLINK_EXT_ACK = 11;
    private static final int RECEIVE_BYTES = 64 * 1024; // the kernel sends at most 32 KiB at a time
    private static final long TIMEOUT_SECONDS = 10;

    private final int fd;
    private final Arena arena;
    private final MemorySegment inbox;
    private int sequence;
    private boolean closed;

    private RouteSocket(int fd, Arena arena) {
        this.fd = fd;
        this.arena = arena;
        inbox = arena.allocate(RECEIVE_BYTES, 8);
    }

    /** Opens a socket in the network namespace of the calling thread. */
    public static RouteSocket open() throws IOException {
        return over(socket(), Arena.ofShared());
    }

    /**
     * Opens a socket in another namespace, for the calling thread alone. For sockets that come and go: to close one that is shared, the
     * virtual machine has to interrupt every thread, the lanes among them.
     */
    static RouteSocket openConfined(NetworkNamespace namespace) throws IOException {
        return over(NamespaceEntrance.openIn(namespace.fd(), RouteSocket::socket), Arena.ofConfined());
    }

    private static int socket() throws IOException {
        return Libc.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    }

    private static RouteSocket over(int fd, Arena arena) throws IOException {
        try {
            Libc.setIntOption(fd, SOL_NETLINK, NETLINK_EXT_ACK, 1);
            Libc.setIntOption(fd, SOL_NETLINK, NETLINK_CAP_ACK, 1);
            Libc.setReceiveTimeout(fd, TIMEOUT_SECONDS);
            return new RouteSocket(fd, arena);
        } catch (IOException e) {
            Descriptors.close(fd);
            throw e;
        }
    }

    /** One request to be acknowledged, and the errors that mean that there was nothing to do. */
    record Step(NetlinkMessage message, Set<Integer> harmless) {
    }

    /**
     * Sends all steps in one datagram; the kernel works them off in order. All acknowledgements are awaited.
     *
     * @throws LinuxException for the first step that failed; later ones may have been done
     */
    synchronized void run(List<Step> steps) throws IOException {
        int first = sequence + 1;
        List<byte[]> parts = new ArrayList<>();
        for (Step step : steps) {
            parts.add(step.message.bytes(++sequence));
        }
        send(parts);
        LinuxException failure = null;
        int answered = 0;
        while (answered < steps.size()) {
            for (NetlinkReply reply : receive()) {
                int index = reply.sequence() - first;
                if (reply.type() != NetlinkReply.ERROR || index < 0 || index >= steps.size()) {
                    continue; // an answer to a request that timed out earlier
                }
                answered++;
                Step step = steps.get(index);
                if (reply.errno() != 0 && !step.harmless.contains(reply.errno()) && failure == null) {
                    String why = reply.explanation();
                    failure = new LinuxException(step.message.what() + (why.isEmpty() ? "" : " (" + why + ")"), reply.errno());
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    /**
     * Asks for one thing.
     *
     * @return the answer, or nothing when the kernel says that there is no such device
     */
    synchronized Optional<NetlinkReply> get(NetlinkMessage request) throws IOException {
        int mine = ++sequence;
        send(List.of(request.bytes(mine)));
        while (true) {
            for (NetlinkReply reply : receive()) {
                if (reply.sequence() != mine) {
                    continue;
                }
                if (reply.type() != NetlinkReply.ERROR) {
                    return Optional.of(reply);
                }
                if (reply.errno() == Errno.ENODEV) {
                    return Optional.empty();
                }
                throw new LinuxException(request.what(), reply.errno());
            }
        }
    }

    /** Asks for a list and collects it whole. */
    synchronized List<NetlinkReply> dump(NetlinkMessage request) throws IOException {
        int mine = ++sequence;
        send(List.of(request.bytes(mine)));
        List<NetlinkReply> all = new ArrayList<>();
        while (true) {
            for (NetlinkReply reply : receive()) {
                if (reply.sequence() != mine) {
                    continue;
                }
                if (reply.type() == NetlinkReply.DONE) {
                    return all;
                }
                if (reply.type() == NetlinkReply.ERROR) {
                    throw new LinuxException(request.what(), reply.errno());
                }
                all.add(reply);
            }
        }
    }

    private void send(List<byte[]> parts) throws IOException {
        int length = parts.stream().mapToInt(part -> (part.length + 3) & ~3).sum();
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment outbox = scratch.allocate(length, 8);
            int at = 0;
            for (byte[] part : parts) {
                MemorySegment.copy(part, 0, outbox, ValueLayout.JAVA_BYTE, at, part.length);
                at += (part.length + 3) & ~3;
            }
            Libc.send(fd, outbox);
        }
    }

    private List<NetlinkReply> receive() throws IOException {
        int length = Libc.receive(fd, inbox);
        if (length > RECEIVE_BYTES) {
            throw new IOException("a netlink answer of " + length + " bytes does not fit " + RECEIVE_BYTES);
        }
        byte[] copy = new byte[length];
        MemorySegment.copy(inbox, ValueLayout.JAVA_BYTE, 0, copy, 0, copy.length);
        return NetlinkReply.parse(copy, copy.length);
    }

    @Override
    public synchronized void close() throws IOException {
        if (!closed) {
            closed = true;
            arena.close();
            Descriptors.close(fd);
        }
    }
}
