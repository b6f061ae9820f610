package dev.weft.perf.output;

import java.util.Locale;

/** Figures as people read them. */
public final class Units {
    private static final String[] PREFIXES = {"", "k", "M", "G", "T"};
    private static final double STEP = 1000;
    private static final double BITS = 8;

    private Units() {
    }

    /** 1250000 bytes a second become {@code 10.0 Mbit/s}. */
    public static String bitRate(double bytesPerSecond) {
        return scaled(bytesPerSecond * BITS) + "bit/s";
    }

    /** 1500 become {@code 1.50 kmsg/s}. */
    public static String messageRate(double perSecond) {
        return scaled(perSecond) + "msg/s";
    }

    private static String scaled(double value) {
        int prefix = 0;
        while (value >= STEP && prefix < PREFIXES.length - 1) {
            value /= STEP;
            prefix++;
        }
        return String.format(Locale.ROOT, value < 10 ? "%.2f %s" : value < 100 ? "%.1f %s" : "%.0f %s", value, PREFIXES[prefix]);
    }

    /** 1500 ns become {@code 1.50 us}. */
    public static String time(long nanos) {
        if (nanos < 1000) {
            return nanos + " ns";
        }
        double value = nanos / STEP;
        String[] units = {"us", "ms", "s"};
        int unit = 0;
        while (value >= STEP && unit < units.length - 1) {
            value /= STEP;
            unit++;
        }
        return String.format(Locale.ROOT, value < 10 ? "%.2f %s" : value < 100 ? "%.1f %s" : "%.0f %s", value, units[unit]);
    }

    /** 65536 becomes {@code 64 KiB}. */
    public static String bytes(long count) {
        String[] units = {"B", "KiB", "MiB", "GiB", "TiB"};
        int unit = 0;
        double value = count;
        while (value >= 1024 && unit < units.length - 1) {
            value /= 1024;
            unit++;
        }
        return value == Math.rint(value) ? (long) value + " " + units[unit] : String.format(Locale.ROOT, "%.1f %s", value, units[unit]);
    }
}
