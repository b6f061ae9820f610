package dev.weft.link;

import dev.weft.linux.Memory;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;

/** A listener that keeps what it is told; read from the test's thread. */
public final class Recorder implements LinkListener {
    public final List<byte[]> frames = new CopyOnWriteArrayList<>();
    public final List<String> closings = new CopyOnWriteArrayList<>();
    public final AtomicInteger framesSeen = new AtomicInteger();
    public final AtomicInteger writable = new AtomicInteger();
    private final boolean keep;
    private volatile BiConsumer<Link, byte[]> action = (link, frame) -> { };

    public Recorder() {
        this(true);
    }

    /**
     * @param keep whether frames are kept, or only counted and given to the action
     */
    public Recorder(boolean keep) {
        this.keep = keep;
    }

    /** What to do with each frame, on the lane's thread. */
    public Recorder onEachFrame(BiConsumer<Link, byte[]> next) {
        action = next;
        return this;
    }

    @Override
    public void onFrame(Link link, long address, int length) {
        byte[] frame = Memory.toArray(address, length);
        if (keep) {
            frames.add(frame);
        }
        action.accept(link, frame);
        framesSeen.incrementAndGet();
    }

    @Override
    public void onWritable(Link link) {
        writable.incrementAndGet();
    }

    @Override
    public void onClosed(Link link, String reason) {
        closings.add(reason);
    }
}
