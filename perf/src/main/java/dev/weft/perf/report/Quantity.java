package dev.weft.perf.report;

import java.util.Locale;

/** What a number measures, and how people write it. Values are in the base unit. */
enum Quantity {
    /** Nanoseconds. */
    LATENCY(1000, "ns", "µs", "ms", "s"),
    /** Bits a second. */
    BITRATE(1000, "bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s"),
    /** Messages a second. */
    MESSAGE_RATE(1000, "msg/s", "k msg/s", "M msg/s", "G msg/s"),
    /** Bytes; sizes are powers of two more often than not. */
    SIZE(1024, "B", "KiB", "MiB", "GiB"),
    /** Seconds since the begin of a run. */
    TIME(Double.POSITIVE_INFINITY, "s"),
    /** CPU seconds for 10^9 bytes. */
    CPU_COST(Double.POSITIVE_INFINITY, "CPU s/GB"),
    /** Pieces. */
    COUNT(Double.POSITIVE_INFINITY, ""),
    /** Parts of 100 of all values. */
    PERCENTILE(Double.POSITIVE_INFINITY, "%");

    private final double step;
    private final String[] units;

    Quantity(double step, String... units) {
        this.step = step;
        this.units = units;
    }

    /** A unit of this quantity and the number of base units it holds. */
    record Unit(String name, double size) {
        /** The number alone, with as many digits as are worth reading. */
        String number(double value) {
            return digits(value / size);
        }
    }

    /** @return the largest unit that leaves at least one whole of {@code value} */
    Unit unit(double value) {
        double size = 1;
        int index = 0;
        while (index < units.length - 1 && Math.abs(value) >= size * step) {
            size *= step;
            index++;
        }
        return new Unit(units[index], size);
    }

    /** {@code 12345} nanoseconds become {@code 12.3 µs}. */
    String text(double value) {
        if (Double.isNaN(value)) {
            return "-";
        }
        Unit unit = unit(value);
        return (unit.number(value) + " " + unit.name()).strip();
    }

    static String digits(double value) {
        double size = Math.abs(value);
        if (size == Math.rint(size) && size < 1e6) {
            return String.format(Locale.ROOT, "%.0f", value);
        }
        return size >= 100 ? String.format(Locale.ROOT, "%.0f", value)
                : size >= 10 ? String.format(Locale.ROOT, "%.1f", value)
                : size >= 0.01 ? String.format(Locale.ROOT, "%.2f", value) : String.format(Locale.ROOT, "%.2g", value);
    }
}
