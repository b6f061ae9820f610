package dev.weft.perf.output;

import dev.weft.perf.model.MeshGrid;
import dev.weft.perf.model.MeshSummary;
import dev.weft.perf.model.RunDocument;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A mesh as a heat map of characters: rows send, columns receive. On a terminal that shows colours a cell is green, yellow or red; without
 * colours one mark stands for warm and two for hot.
 */
final class MeshTable {
    private static final double WARM = 0.3;
    private static final double HOT = 0.7;
    private static final int MIN_WIDTH = 13;
    private static final String END = "\033[0m";

    private final MeshGrid grid;
    private final boolean colours;
    private final int width;
    private final StringBuilder text = new StringBuilder();

    private MeshTable(MeshGrid grid, boolean colours) {
        this.grid = grid;
        this.colours = colours;
        width = Math.max(MIN_WIDTH, grid.hosts().stream().mapToInt(String::length).max().orElse(0) + 2);
    }

    static String of(RunDocument document, boolean colours) {
        return new MeshTable(MeshGrid.of(document.runs()), colours).write(document.title());
    }

    private String write(String title) {
        text.append(title).append(System.lineSeparator());
        pad("from \\ to");
        grid.hosts().forEach(this::pad);
        end();
        for (String from : grid.hosts()) {
            for (int i = 0; i < lines(); i++) {
                pad(i == 0 ? from : "");
                for (String to : grid.hosts()) {
                    cell(grid.cell(from, to), from.equals(to), i);
                }
                end();
            }
        }
        text.append(colours ? "" : String.format("marks: ! worse than the median, !! much worse%n"));
        MeshSummary summary = grid.summary();
        summary.missing().forEach(missing -> text.append("not measured: ").append(missing).append(System.lineSeparator()));
        grid.cells().values().stream().filter(cell -> cell.worst() != null && !cell.reason().isEmpty())
                .forEach(cell -> text.append(cell.from()).append('>').append(cell.to()).append(": ").append(cell.reason())
                        .append(System.lineSeparator()));
        text.append("worst pair: ").append(summary.worst() == null ? "none was measured" : words(summary.worst()))
                .append(System.lineSeparator());
        return text.toString();
    }

    /** p50, p99 and throughput, those that were measured. */
    private int lines() {
        return Math.max(1, grid.cells().values().stream().mapToInt(cell -> figures(cell).size()).max().orElse(1));
    }

    private void cell(MeshGrid.Cell cell, boolean isSelf, int line) {
        if (cell == null || cell.worst() == null) {
            pad(line > 0 ? "" : isSelf ? "." : "failed");
            return;
        }
        List<String> figures = figures(cell);
        String shown = line < figures.size() ? figures.get(line) : "";
        double heat = cell.heat();
        if (!colours) {
            pad(shown + (line > 0 || heat < WARM ? "" : heat < HOT ? " !" : " !!"));
            return;
        }
        text.append(heat < WARM ? "\033[30;42m" : heat < HOT ? "\033[30;43m" : "\033[97;41m");
        pad(shown);
        text.append(END);
    }

    private static List<String> figures(MeshGrid.Cell cell) {
        List<String> figures = new ArrayList<>();
        if (cell.p50Nanos() != null) {
            figures.add(Units.time(Math.round(cell.p50Nanos())));
            figures.add(Units.time(Math.round(cell.p99Nanos())));
        }
        if (cell.bytesPerSecond() != null) {
            figures.add(Units.bitRate(cell.bytesPerSecond()));
        }
        return figures;
    }

    private void pad(String words) {
        text.append(' ').append(words).append(" ".repeat(Math.max(0, width - words.length())));
    }

    private void end() {
        text.append(System.lineSeparator());
    }

    private static String words(MeshSummary.Worst worst) {
        boolean throughput = worst.figure().equals("throughput");
        return String.format(Locale.ROOT, "%s > %s, %s %s where the median is %s (%.1f times worse)", worst.from(), worst.to(),
                worst.figure(), throughput ? Units.bitRate(worst.value()) : Units.time(Math.round(worst.value())),
                throughput ? Units.bitRate(worst.median()) : Units.time(Math.round(worst.median())), worst.ratio());
    }
}
