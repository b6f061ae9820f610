package dev.weft.link;

import dev.weft.frame.FrameHeader;
import dev.weft.linux.Memory;
import dev.weft.loop.LaneLoop;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Links within one JVM: the simplest thing that keeps the contract, and the first a session is tested on. */
public final class MemoryTransport implements LinkTransport {
    private static final int MAX_UNDER_WAY = 32;

    private final Map<InetSocketAddress, Listener> listeners = new ConcurrentHashMap<>();

    private final List<OneLane> lanes = new CopyOnWriteArrayList<>();

    private record Listener(LaneLoop loop, LaneTransport.Acceptor acceptor, OneLane owner) {
    }

    @Override
    public LinkKind kind() {
        return LinkKind.MEMORY;
    }

    @Override
    public Availability availability() {
        return new Availability(true, "within this process");
    }

    @Override
    public LaneTransport open(LaneLoop loop) {
        OneLane lane = new OneLane(loop);
        lanes.add(lane);
        return lane;
    }

    /** Ends every link as a broken wire does: what is under way is lost, and both ends hear of it. */
    public void breakLinks() {
        for (OneLane lane : lanes) {
            lane.loop.execute(() -> {
                lane.links.forEach(MemoryLink::cut);
                lane.links.clear();
            });
        }
    }

    private final class OneLane implements LaneTransport {
        private final LaneLoop loop;
        private final List<InetSocketAddress> addresses = new ArrayList<>();
        private final List<MemoryLink> links = new ArrayList<>();

        OneLane(LaneLoop loop) {
            this.loop = loop;
        }

        @Override
        public CompletableFuture<Void> listen(InetSocketAddress local, Acceptor acceptor) {
            if (listeners.putIfAbsent(local, new Listener(loop, acceptor, this)) != null) {
                return CompletableFuture.failedFuture(new IOException("cannot listen on " + local + ": already in use"));
            }
            addresses.add(local);
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public void connect(InetSocketAddress local, InetSocketAddress remote, byte[] privateData, long timeoutMillis,
                ConnectHandler handler) {
            Listener target = listeners.get(remote);
            if (target == null) {
                loop.execute(() -> handler.onFailed("cannot connect to " + remote + ": nobody listens"));
                return;
            }
            MemoryLink near = new MemoryLink(loop, "to " + remote);
            MemoryLink far = new MemoryLink(target.loop, "from lane " + loop.lane());
            near.other = far;
            far.other = near;
            links.add(near);
            target.loop.execute(() -> {
                target.owner.links.add(far);
                LinkListener accepted = target.acceptor.accept(far, new InetSocketAddress("127.0.0.1", 1), privateData);
                loop.execute(() -> {
                    if (accepted == null) {
                        handler.onFailed("cannot connect to " + remote + ": refused");
                    } else {
                        near.listener = handler.onConnected(near);
                    }
                });
                far.listener = accepted;
            });
        }

        @Override
        public void close() {
            addresses.forEach(listeners::remove);
            List.copyOf(links).forEach(MemoryLink::close);
        }
    }

    /** One end; frames cross to the other end's lane as tasks. */
    private static final class MemoryLink implements Link {
        private final LaneLoop loop;
        private final String description;
        private final MemorySegment room = Arena.ofAuto().allocate(FrameHeader.MAX_FRAME_LENGTH, 64);
        private final List<byte[]> committed = new ArrayList<>();
        private final AtomicInteger underWay = new AtomicInteger();
        private MemoryLink other;
        private LinkListener listener;
        private boolean wanted;
        private boolean closed;

        MemoryLink(LaneLoop loop, String description) {
            this.loop = loop;
            this.description = description;
        }

        @Override
        public LinkKind kind() {
            return LinkKind.MEMORY;
        }

        @Override
        public String describe() {
            return description;
        }

        @Override
        public long claim(int length) {
            if (closed) {
                return CLOSED;
            }
            if (underWay.get() >= MAX_UNDER_WAY) {
                wanted = true;
                return NOT_NOW;
            }
            return room.address();
        }

        @Override
        public void commit(int length) {
            committed.add(Memory.toArray(room.address(), length));
            underWay.incrementAndGet();
        }

        @Override
        public void abandon() {
            // The room is simply used again.
        }

        @Override
        public void flush() {
            if (closed || committed.isEmpty()) {
                return;
            }
            List<byte[]> batch = List.copyOf(committed);
            committed.clear();
            other.loop.execute(() -> other.receive(batch));
        }

        private void receive(List<byte[]> batch) {
            for (byte[] frame : batch) {
                if (closed) {
                    return;
                }
                MemorySegment copy = Arena.ofAuto().allocate(frame.length, 64);
                Memory.fromArray(frame, copy.address());
                listener.onFrame(this, copy.address(), frame.length);
                java.lang.ref.Reference.reachabilityFence(copy);
            }
            other.loop.execute(() -> other.delivered(batch.size()));
        }

        private void delivered(int count) {
            underWay.addAndGet(-count);
            if (wanted && !closed) {
                wanted = false;
                listener.onWritable(this);
            }
        }

        @Override
        public int poll(int limit) {
            return 0;
        }

        @Override
        public long pendingBytes() {
            return underWay.get();
        }

        @Override
        public void close() {
            flush();
            end("closed by this side");
            other.loop.execute(() -> other.end("closed by the peer"));
        }

        private void cut() {
            committed.clear();
            end("cut by the test");
        }

        private void end(String reason) {
            if (!closed) {
                closed = true;
                if (listener != null) {
                    listener.onClosed(this, reason);
                }
            }
        }
    }
}
