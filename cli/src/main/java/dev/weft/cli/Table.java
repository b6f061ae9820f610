package dev.weft.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Rows under headings, columns as wide as they must be. */
final class Table {
    private final List<String[]> rows = new ArrayList<>();

    Table(String... headings) {
        rows.add(headings);
    }

    Table row(Object... cells) {
        rows.add(Arrays.stream(cells).map(cell -> cell == null ? "-" : String.valueOf(cell)).toArray(String[]::new));
        return this;
    }

    @Override
    public String toString() {
        int[] widths = new int[rows.getFirst().length];
        for (String[] row : rows) {
            for (int i = 0; i < row.length; i++) {
                widths[i] = Math.max(widths[i], row[i].length());
            }
        }
        StringBuilder text = new StringBuilder();
        for (String[] row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < row.length; i++) {
                line.append(row[i]).append(" ".repeat(widths[i] - row[i].length() + 2));
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }

    /** 1536000 becomes {@code 1.5 MB}. */
    static String bytes(long count) {
        String[] units = {"B", "kB", "MB", "GB", "TB", "PB"};
        double value = count;
        int unit = 0;
        while (value >= 1000 && unit < units.length - 1) {
            value /= 1000;
            unit++;
        }
        return unit == 0 ? count + " B" : String.format(java.util.Locale.ROOT, "%.1f %s", value, units[unit]);
    }

    /** 3725000 becomes {@code 1h2m}. */
    static String duration(long millis) {
        long seconds = millis / 1000;
        if (seconds < 60) {
            return String.format(java.util.Locale.ROOT, "%.1fs", millis / 1000.0);
        }
        long minutes = seconds / 60;
        return minutes < 60 ? minutes + "m" + seconds % 60 + "s"
                : minutes < 1440 ? minutes / 60 + "h" + minutes % 60 + "m" : minutes / 1440 + "d" + minutes / 60 % 24 + "h";
    }
}
