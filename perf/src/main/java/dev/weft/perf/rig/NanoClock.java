package dev.weft.perf.rig;

/** Monotonic time. The system's is CLOCK_MONOTONIC, which nobody can step. */
@FunctionalInterface
public interface NanoClock {
    NanoClock SYSTEM = System::nanoTime;

    long nanoTime();
}
