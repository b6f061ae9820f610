package dev.weft.session;

import dev.weft.frame.FrameHeader;
import dev.weft.frame.FrameType;
import dev.weft.link.DeviceFacts;
import dev.weft.link.LaneTransport;
import dev.weft.link.LinkKind;
import dev.weft.link.LinkListener;
import dev.weft.link.RetainingLink;
import dev.weft.linux.Memory;
import dev.weft.linux.NativeBytes;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/**
 * A network in one thread whose every delivery is an explicit, seeded step: frames wait on wires until {@link #step}; links break with
 * frames under way, freeze without a word, tell one end first, or are refused when they are made.
 */
final class ShakyNetwork {
    private static final int WINDOW = 12;
    private static final long ROOM = NativeBytes.allocate(FrameHeader.MAX_FRAME_LENGTH);
    private static final long INBOX = NativeBytes.allocate(FrameHeader.MAX_FRAME_LENGTH);

    private static final long OUTBOX = NativeBytes.allocate(FrameHeader.MAX_FRAME_LENGTH);

    private final Random random;
    private final LinkKind kind;
    private final Map<InetSocketAddress, LaneTransport.Acceptor> listeners = new HashMap<>();
    final List<Pipe> pipes = new ArrayList<>();
    private final Deque<Runnable> events = new ArrayDeque<>();
    boolean refuseConnections;

    ShakyNetwork(LinkKind kind, Random random) {
        this.kind = kind;
        this.random = random;
    }

    LaneTransport transport() {
        return new Transport();
    }

    /** Lets something happen: a connection event, or frames arriving at one end. */
    void step() {
        if (!events.isEmpty()) {
            events.poll().run();
        }
        for (Pipe pipe : List.copyOf(pipes)) {
            if (random.nextInt(3) > 0) {
                pipe.near.arrive(random.nextInt(4));
            }
            if (random.nextInt(3) > 0) {
                pipe.far.arrive(random.nextInt(4));
            }
        }
    }

    List<Pipe> open() {
        return pipes.stream().filter(pipe -> !pipe.near.closed || !pipe.far.closed).toList();
    }

    /** Breaks a pipe: what is under way is lost; each end learns of it by itself, or not at all. */
    void breakPipe(Pipe pipe, boolean tellNear, boolean tellFar) {
        pipe.near.inbound.clear();
        pipe.far.inbound.clear();
        pipe.frozen = true;
        if (tellNear) {
            pipe.near.end("broken by the test");
        }
        if (tellFar) {
            pipe.far.end("broken by the test");
        }
    }

    /** Two ends and what is under way between them. */
    static final class Pipe {
        End near;
        End far;
        boolean frozen;
    }

    private final class Transport implements LaneTransport {
        private final List<InetSocketAddress> mine = new ArrayList<>();

        @Override
        public CompletableFuture<Void> listen(InetSocketAddress local, Acceptor acceptor) {
            listeners.put(local, acceptor);
            mine.add(local);
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public void connect(InetSocketAddress local, InetSocketAddress remote, byte[] privateData, long timeoutMillis,
                ConnectHandler handler) {
            events.add(() -> {
                Acceptor acceptor = refuseConnections ? null : listeners.get(remote);
                Pipe pipe = new Pipe();
                pipe.near = new End(pipe);
                pipe.far = new End(pipe);
                pipe.near.other = pipe.far;
                pipe.far.other = pipe.near;
                pipe.far.listener = acceptor == null ? null
                        : acceptor.accept(pipe.far, new InetSocketAddress(InetAddress.getLoopbackAddress(), 9), privateData);
                if (pipe.far.listener == null) {
                    handler.onFailed("refused");
                    return;
                }
                pipes.add(pipe);
                pipe.near.listener = handler.onConnected(pipe.near);
            });
        }

        @Override
        public void close() {
            mine.forEach(listeners::remove);
        }
    }

    /** One end of a pipe. */
    final class End implements RetainingLink {
        private final Pipe pipe;
        private final Deque<byte[]> inbound = new ArrayDeque<>();
        private final Deque<byte[]> retained = new ArrayDeque<>();
        private End other;
        private LinkListener listener;
        private boolean starved;
        private boolean released;
        boolean closed;

        private End(Pipe pipe) {
            this.pipe = pipe;
        }

        @Override
        public LinkKind kind() {
            return kind;
        }

        @Override
        public String describe() {
            return "shaky";
        }

        @Override
        public long claim(int length) {
            if (closed) {
                return CLOSED;
            }
            if (retained.size() >= WINDOW) {
                starved = true;
                return NOT_NOW;
            }
            return ROOM;
        }

        @Override
        public void commit(int length) {
            byte[] frame = Memory.toArray(ROOM, length);
            retained.add(frame);
            if (!other.closed && !(pipe.frozen && other.closed)) {
                other.inbound.add(frame);
            }
        }

        @Override
        public void abandon() {
            // The room is simply used again.
        }

        @Override
        public void flush() {
            // What is committed is under way already.
        }

        @Override
        public int poll(int limit) {
            return 0;
        }

        @Override
        public long pendingBytes() {
            return retained.size();
        }

        /** Takes up to {@code count} frames; the other end hears of it sometimes. */
        private void arrive(int count) {
            for (int i = 0; i < count && !closed && !pipe.frozen && !inbound.isEmpty(); i++) {
                byte[] frame = inbound.poll();
                Memory.fromArray(frame, INBOX);
                listener.onFrame(this, INBOX, frame.length);
            }
            if (!pipe.frozen && random.nextInt(2) == 0) {
                other.credited(inbound.size());
            }
        }

        private void credited(int underWay) {
            while (!closed && retained.size() > underWay) {
                retained.poll();
            }
            if (starved && !closed && retained.size() < WINDOW) {
                starved = false;
                listener.onWritable(this);
            }
        }

        private void end(String reason) {
            if (!closed) {
                closed = true;
                inbound.clear();
                if (listener != null) { // null: closed by its owner before it was listened to
                    listener.onClosed(this, reason);
                }
            }
        }

        @Override
        public void close() {
            if (!closed) {
                events.add(() -> other.end("closed by the peer"));
                end("closed by this side");
            }
        }

        @Override
        public long replay(long afterSequence, Sink sink) {
            long last = afterSequence;
            for (byte[] frame : retained) {
                long sequence = dataSequence(frame);
                if (sequence <= last) {
                    continue;
                }
                Memory.fromArray(frame, OUTBOX);
                if (!sink.take(OUTBOX, frame.length)) {
                    break;
                }
                last = sequence;
            }
            return last;
        }

        @Override
        public boolean retainsAfter(long afterSequence) {
            return retained.stream().anyMatch(frame -> dataSequence(frame) > afterSequence);
        }

        @Override
        public DeviceFacts facts() {
            return new DeviceFacts("shaky0", "none", 1, closed ? "err" : "rts", WINDOW - retained.size(), retained.size(), 0, 0);
        }

        private static long dataSequence(byte[] frame) {
            return FrameType.isSequenced(frame[1] & 0xFF) ? ByteBuffer.wrap(frame).getLong(16) : 0;
        }

        @Override
        public void releaseRetained() {
            if (released) {
                throw new IllegalStateException("released twice");
            }
            released = true;
            retained.clear();
        }
    }
}
