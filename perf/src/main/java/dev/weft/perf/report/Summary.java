package dev.weft.perf.report;

import dev.weft.perf.model.HistogramData;
import dev.weft.perf.model.RunDocument;
import dev.weft.perf.model.RunResult;
import dev.weft.perf.model.Side;
import dev.weft.perf.model.Totals;
import java.util.List;

/** The figures of every run in one table, worst news first in sight: verdict beside the name. */
final class Summary {
    private static final int MAX_ROWS = 200;

    private Summary() {
    }

    static String of(List<RunDocument> documents) {
        Table table = new Table().head("run", "verdict", "throughput", "messages", "p50", "p99", "p99.9", "max", "lost", "CPU s/GB");
        int rows = 0;
        for (RunDocument document : documents) {
            for (RunResult run : document.runs()) {
                if (rows++ < MAX_ROWS) {
                    row(table, name(document, run), run);
                }
            }
        }
        String more = rows > MAX_ROWS ? "<p class=\"hint\">" + (rows - MAX_ROWS) + " more runs are in the files.</p>\n" : "";
        return "<section class=\"card\" id=\"summary\">\n<h2>Summary</h2>\n"
                + "<p class=\"hint\">Latency of open loops counts from the intended send time.</p>\n" + table + more + "</section>\n";
    }

    static String name(RunDocument document, RunResult run) {
        boolean single = document.kind() == RunDocument.Kind.RUN || run.role() == null || run.role().isBlank();
        boolean severalTests = document.kind() == RunDocument.Kind.LAYERS || document.kind() == RunDocument.Kind.MESH;
        return single ? Words.title(document) : severalTests && run.parameters() != null
                ? run.role() + ", " + run.parameters().test().label() : run.role();
    }

    private static void row(Table table, String name, RunResult run) {
        Totals totals = run.totals();
        HistogramData felt = Words.felt(run);
        table.begin().name(name).badge(run.verdict().state().label(), String.join(" ", run.verdict().reasons()))
                .cell(totals == null ? null : Quantity.BITRATE.text(totals.bytesPerSecond() * 8))
                .cell(totals == null ? null : Quantity.MESSAGE_RATE.text(totals.messagesPerSecond()))
                .cell(felt == null ? null : Quantity.LATENCY.text(felt.p50Nanos()))
                .cell(felt == null ? null : Quantity.LATENCY.text(felt.p99Nanos()))
                .cell(felt == null ? null : Quantity.LATENCY.text(felt.p999Nanos()))
                .cell(felt == null ? null : Quantity.LATENCY.text(felt.maxNanos()))
                .cell(totals == null ? null : String.valueOf(totals.lost()))
                .cell(cpu(run)).end();
    }

    /** Client and server together: what the bytes cost. */
    private static String cpu(RunResult run) {
        double sum = 0;
        for (Side side : new Side[] {run.client(), run.server()}) {
            if (side != null && side.cpuSecondsPerGigabyte() != null) {
                sum += side.cpuSecondsPerGigabyte();
            }
        }
        return sum > 0 ? Quantity.digits(sum) : null;
    }
}
