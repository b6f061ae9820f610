package dev.weft.lane;

import dev.weft.linux.Descriptors;
import dev.weft.linux.Errno;
import dev.weft.linux.Memory;
import dev.weft.tun.PacketQueue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A TUN queue without a kernel behind it: the test puts packets in and sees what the lane wrote. */
public final class FakeQueue implements PacketQueue {
    public final Queue<byte[]> toLane = new ConcurrentLinkedQueue<>();
    public final List<byte[]> fromLane = new CopyOnWriteArrayList<>();
    public final AtomicInteger closed = new AtomicInteger();
    private final int event;

    public FakeQueue() {
        try {
            event = Descriptors.openEvent();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Offers a packet (virtio header included) to the lane. */
    public void inject(byte[] packet) {
        toLane.add(packet);
        try {
            Descriptors.signalEvent(event);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public int fd() {
        return event;
    }

    @Override
    public int read(long address, int capacity) {
        byte[] packet = toLane.poll();
        if (packet == null) {
            return -Errno.EAGAIN;
        }
        Memory.fromArray(packet, address);
        return packet.length;
    }

    @Override
    public int write(long address, int length) {
        fromLane.add(Memory.toArray(address, length));
        return length;
    }

    @Override
    public void close() {
        closed.incrementAndGet();
        try {
            Descriptors.close(event);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
