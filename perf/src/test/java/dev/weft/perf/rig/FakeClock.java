package dev.weft.perf.rig;

/** Time that only moves when it is told to. */
final class FakeClock implements NanoClock {
    private long now = 1_000_000_000L;

    @Override
    public long nanoTime() {
        return now;
    }

    void advance(long nanos) {
        now += nanos;
    }
}
