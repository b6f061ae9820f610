package dev.weft.perf.rig;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** A number that one thread raises and any thread reads. */
public final class Count {
    private static final VarHandle VALUE = handle();

    private long value;

    private static VarHandle handle() {
        try {
            return MethodHandles.lookup().findVarHandle(Count.class, "value", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Writer only. */
    public void add(long amount) {
        VALUE.setRelease(this, value + amount);
    }

    /** Writer only. */
    public void set(long amount) {
        VALUE.setRelease(this, amount);
    }

    public long get() {
        return (long) VALUE.getAcquire(this);
    }
}
