package dev.weft.perf.transport;

/** One end of two {@link MemoryRing}s; never sleeps. */
final class MemoryTransceiver implements Transceiver {
    private final MemoryRing out;
    private final MemoryRing in;

    MemoryTransceiver(MemoryRing out, MemoryRing in) {
        this.out = out;
        this.in = in;
    }

    @Override
    public long claim(int length) {
        return out.claim();
    }

    @Override
    public void commit(int length) {
        out.commit(length);
    }

    @Override
    public void flush() {
        // committed is sent
    }

    @Override
    public int poll(MessageHandler handler, int limit) {
        return in.poll(handler, limit);
    }

    @Override
    public void endSending() {
        out.end();
    }

    @Override
    public String describe() {
        return "memory of one process";
    }

    @Override
    public long retransmits() {
        return -1;
    }

    @Override
    public void close() {
        out.end();
        in.end();
        out.keepAlive();
        in.keepAlive();
    }
}
