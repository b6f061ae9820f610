package dev.weft.perf.command;

import dev.weft.perf.model.Interval;
import dev.weft.perf.model.RunDocument;
import dev.weft.perf.model.RunFiles;
import dev.weft.perf.output.HistogramLogs;
import dev.weft.perf.output.RunCsv;
import dev.weft.perf.output.RunTable;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Option;

/** Where results go and in which form. */
final class OutputOptions {
    static final List<String> FORMS = List.of("table", "json", "jsonl", "csv");
    private static final com.fasterxml.jackson.databind.ObjectMapper JSON = new com.fasterxml.jackson.databind.ObjectMapper();

    @Option(names = "--output", paramLabel = "table|json|jsonl|csv", defaultValue = "table",
            description = "form of what is printed (default: table); jsonl: one line an interval, then the result")
    String form;

    @Option(names = "--save", paramLabel = "FILE", description = "write the result as JSON for weft perf report and compare")
    Path save;

    @Option(names = "--hlog", paramLabel = "FILE", description = "write the histograms as .hlog for the HdrHistogram tools")
    Path hlog;

    @Option(names = {"-q", "--quiet"}, description = "show no progress")
    boolean quiet;

    @Option(names = "--agent-socket", paramLabel = "PATH", description = "unix socket of this host's agent, when it is not the usual one")
    Path agentSocket;

    void check() {
        Quantity.choice("output form", form, FORMS);
    }

    boolean streams() {
        return form.equals("jsonl");
    }

    /** A terminal that nobody asked to stay plain (no-color.org). */
    private static boolean showsColours() {
        return System.console() != null && System.console().isTerminal() && System.getenv("NO_COLOR") == null
                && !"dumb".equals(System.getenv("TERM"));
    }

    void interval(PrintWriter out, String role, Interval interval) {
        if (streams()) {
            var line = JSON.createObjectNode().put("type", "interval").put("role", role);
            line.set("interval", JSON.valueToTree(interval));
            synchronized (out) {
                out.println(line);
                out.flush();
            }
        }
    }

    /**
     * Prints and writes. Printing comes first: a full disk costs the files, not the figures.
     *
     * @throws IOException what could not be written
     */
    void emit(PrintWriter out, RunDocument document) throws IOException {
        switch (form) {
            case "json" -> out.println(RunFiles.toJson(document));
            case "jsonl" -> {
                var line = JSON.createObjectNode().put("type", "result");
                line.set("result", JSON.valueToTree(document));
                out.println(line);
            }
            case "csv" -> out.print(RunCsv.of(document));
            default -> out.print(RunTable.of(document, showsColours()));
        }
        out.flush();
        if (save != null) {
            RunFiles.write(save, document);
        }
        if (hlog != null) {
            HistogramLogs.write(hlog, document.runs());
        }
    }
}
