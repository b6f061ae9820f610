package dev.weft.rdma;

import dev.weft.frame.FrameHeader;
import dev.weft.frame.FrameType;
import dev.weft.link.LaneTransport;
import dev.weft.link.Link;
import dev.weft.link.LinkKind;
import dev.weft.link.LinkListener;
import dev.weft.linux.Memory;
import dev.weft.rdma.sim.SimWorld;
import java.lang.foreign.Arena;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * TCP between hosts in virtual time: what is sent arrives whole and in order, late when the wire is cut for a while, or not at all when
 * the connection is reset. It keeps no frames: what was under way then is lost.
 */
final class SimTcp {
    private static final int WINDOW_BYTES = 256 * 1024;
    private static final long RETRY_NANOS = 50_000_000;
    private static final long ROOM = Arena.global().allocate(FrameHeader.MAX_FRAME_LENGTH, 64).address();
    private static final long INBOX = Arena.global().allocate(FrameHeader.MAX_FRAME_LENGTH, 64).address();

    private final SimWorld world;
    private final Map<InetSocketAddress, Host> listeners = new HashMap<>();
    private final List<End> ends = new ArrayList<>();
    private long dataFrames;

    SimTcp(SimWorld world) {
        this.world = world;
    }

    /** Data frames that were given to any connection so far. */
    long dataFrames() {
        return dataFrames;
    }

    /** Every connection is reset; what is under way is lost. */
    void reset(boolean tellNear, boolean tellFar) {
        for (End end : List.copyOf(ends)) {
            end.inbound.clear();
            if (end.near ? tellNear : tellFar) {
                end.host.loop.execute(() -> end.end("connection reset"));
            } else {
                end.deaf = true;
            }
        }
    }

    /** The TCP of one process. */
    final class Host implements LaneTransport {
        private final InetAddress address;
        private final SimLoop loop;
        private final List<End> mine = new ArrayList<>();
        private final List<InetSocketAddress> listening = new ArrayList<>();
        private Acceptor acceptor;
        private boolean cut;
        private boolean dead;

        Host(InetAddress address, SimLoop loop) {
            this.address = address;
            this.loop = loop;
        }

        /** Nothing sent by this host arrives, until it is healed. */
        void cut(boolean isCut) {
            cut = isCut;
        }

        /** The process is killed: its peers get a reset, if anything gets through to them. */
        void kill() {
            dead = true;
            listening.forEach(listeners::remove);
            for (End end : List.copyOf(mine)) {
                end.closed = true;
                end.inbound.clear();
                end.say(null);
            }
        }

        @Override
        public CompletableFuture<Void> listen(InetSocketAddress local, Acceptor taker) {
            acceptor = taker;
            listening.add(local);
            listeners.put(local, this);
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public void connect(InetSocketAddress local, InetSocketAddress remote, byte[] privateData, long timeoutMillis,
                ConnectHandler handler) {
            world.after(world.random().nextInt(200_000), () -> {
                Host target = listeners.get(remote);
                if (cut || target != null && target.cut) {
                    world.after(timeoutMillis * 1_000_000, () -> loop.execute(() -> handler.onFailed("timed out")));
                } else if (target == null) {
                    loop.execute(() -> handler.onFailed("refused"));
                } else {
                    target.loop.execute(() -> target.accept(this, handler));
                }
            });
        }

        private void accept(Host from, ConnectHandler handler) {
            End far = new End(this, false);
            End near = new End(from, true);
            far.other = near;
            near.other = far;
            far.listener = acceptor.accept(far, new InetSocketAddress(from.address, 9), new byte[0]);
            from.loop.execute(() -> {
                if (far.listener == null) {
                    handler.onFailed("refused");
                } else {
                    near.listener = handler.onConnected(near);
                    near.pump();
                }
            });
        }

        @Override
        public void close() {
            listening.forEach(listeners::remove);
            List.copyOf(mine).forEach(End::close);
        }
    }

    /** One end of a connection. */
    private final class End implements Link {
        private final Host host;
        private final boolean near;
        private final Deque<byte[]> inbound = new ArrayDeque<>();
        private End other;
        private LinkListener listener;
        private int underWay;
        private boolean wanted;
        private boolean pumping;
        private boolean deaf;
        private boolean closed;

        End(Host host, boolean near) {
            this.host = host;
            this.near = near;
            host.mine.add(this);
            ends.add(this);
        }

        @Override
        public LinkKind kind() {
            return LinkKind.TCP;
        }

        @Override
        public String describe() {
            return "simulated TCP";
        }

        @Override
        public long claim(int length) {
            if (closed) {
                return CLOSED;
            }
            wanted |= underWay > WINDOW_BYTES;
            return underWay > WINDOW_BYTES ? NOT_NOW : ROOM;
        }

        @Override
        public void commit(int length) {
            dataFrames += FrameHeader.type(ROOM) == FrameType.DATA ? 1 : 0;
            underWay += length;
            say(Memory.toArray(ROOM, length));
        }

        /** Puts a frame on the wire, or the end of the connection, which an empty array stands for. */
        private void say(byte[] frame) {
            if (!other.closed && !other.deaf) {
                other.inbound.add(frame == null ? new byte[0] : frame);
                other.pump();
            }
        }

        private void pump() {
            if (!pumping && listener != null && !inbound.isEmpty()) {
                pumping = true;
                world.after(other.host.cut ? RETRY_NANOS : 20_000 + world.random().nextInt(20_000), this::arrive);
            }
        }

        private void arrive() {
            pumping = false;
            if (other.host.cut) {
                pump();
                return;
            }
            List<byte[]> frames = List.copyOf(inbound);
            inbound.clear();
            host.loop.execute(() -> frames.forEach(this::deliver));
        }

        private void deliver(byte[] frame) {
            if (closed) {
                return;
            }
            if (frame.length == 0) {
                end("closed by the peer");
                return;
            }
            Memory.fromArray(frame, INBOX);
            listener.onFrame(this, INBOX, frame.length);
            other.host.loop.execute(() -> other.acknowledged(frame.length));
        }

        private void acknowledged(int length) {
            underWay -= length;
            if (wanted && !closed && underWay <= WINDOW_BYTES) {
                wanted = false;
                listener.onWritable(this);
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
            return underWay;
        }

        @Override
        public void close() {
            if (!closed) {
                say(null);
                end("closed by this side");
            }
        }

        private void end(String reason) {
            if (!closed && !host.dead) {
                closed = true;
                inbound.clear();
                host.mine.remove(this);
                ends.remove(this);
                if (listener != null) {
                    listener.onClosed(this, reason);
                }
            }
        }
    }
}
