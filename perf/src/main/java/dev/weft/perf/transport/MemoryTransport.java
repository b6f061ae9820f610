package dev.weft.perf.transport;

import java.io.IOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Two rings between threads of one process: what the rig costs by itself. One object is both ends; its only address is {@code memory}. */
public final class MemoryTransport implements Transport {
    private static final int SLOTS = 1024;

    private final BlockingQueue<Transceiver> waiting = new LinkedBlockingQueue<>();

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public Traits traits() {
        return new Traits(true, false, 64 * 1024, 1024);
    }

    @Override
    public String unavailable() {
        return null;
    }

    @Override
    public Transceiver connect(String address, StreamSetup setup, long timeoutNanos) {
        Transceiver[] pair = pair(setup.messageBytes());
        waiting.add(pair[1]);
        return pair[0];
    }

    /** Two connected ends for messages up to a size. */
    public static Transceiver[] pair(int messageBytes) {
        MemoryRing there = new MemoryRing(SLOTS, messageBytes);
        MemoryRing back = new MemoryRing(SLOTS, messageBytes);
        return new Transceiver[] {new MemoryTransceiver(there, back), new MemoryTransceiver(back, there)};
    }

    /** One end that receives what it sends, for the rig's own cost on one thread. */
    public static Transceiver loopback(int messageBytes) {
        MemoryRing ring = new MemoryRing(SLOTS, messageBytes);
        return new MemoryTransceiver(ring, ring);
    }

    @Override
    public Acceptor listen(StreamSetup setup) {
        return new Acceptor() {
            @Override
            public String address() {
                return "memory";
            }

            @Override
            public Transceiver accept(long timeoutNanos) throws IOException {
                try {
                    return waiting.poll(timeoutNanos, TimeUnit.NANOSECONDS);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return null;
                }
            }

            @Override
            public void close() {
                // nothing is held
            }
        };
    }
}
