package dev.weft.messaging;

/** A thread that may be asleep. */
@FunctionalInterface
interface Wakeable {
    Wakeable NONE = () -> { };

    /** Something was put where the thread looks. Any thread; cheap when it is awake. */
    void wake();
}
