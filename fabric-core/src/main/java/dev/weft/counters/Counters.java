package dev.weft.counters;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One lane's counters. Only the lane's thread adds; any thread reads. Increments are plain read-add-write with opaque access: no
 * lock prefix, no tearing, and a reader sees every value eventually.
 */
public final class Counters {
    private static final VarHandle VALUES = MethodHandles.arrayElementVarHandle(long[].class);
    private static final CounterId[] IDS = CounterId.values();

    private final long[] values = new long[IDS.length];

    public void increment(CounterId id) {
        add(id, 1);
    }

    public void add(CounterId id, long amount) {
        int index = id.ordinal();
        VALUES.setOpaque(values, index, (long) VALUES.getOpaque(values, index) + amount);
    }

    public long get(CounterId id) {
        return (long) VALUES.getOpaque(values, id.ordinal());
    }

    /** The sum over several lanes, by label, in the order of the enum. */
    public static Map<String, Long> sum(Collection<Counters> lanes) {
        Map<String, Long> sums = new LinkedHashMap<>();
        for (CounterId id : IDS) {
            long sum = 0;
            for (Counters counters : lanes) {
                sum += counters.get(id);
            }
            sums.put(id.label(), sum);
        }
        return sums;
    }
}
