package dev.weft.perf.report;

import dev.weft.perf.model.Confidence;
import dev.weft.perf.model.Environment;
import dev.weft.perf.model.HistogramData;
import dev.weft.perf.model.RunDocument;
import dev.weft.perf.model.RunResult;
import dev.weft.perf.model.Side;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Everything else of a run, folded away: verdict, percentiles, path, cost, hosts. */
final class Details {
    private static final int MAX_RUNS = 100;

    private Details() {
    }

    static String of(List<RunDocument> documents) {
        StringBuilder out = new StringBuilder();
        int shown = 0;
        for (RunDocument document : documents) {
            for (RunResult run : document.runs()) {
                if (shown++ < MAX_RUNS) {
                    out.append(run(Summary.name(document, run), run, documents.size() == 1 && document.runs().size() == 1));
                }
            }
        }
        return out.toString();
    }

    private static String run(String name, RunResult run, boolean open) {
        StringBuilder out = new StringBuilder("<details class=\"card\"").append(open ? " open" : "").append("><summary>")
                .append(Html.escape(name)).append(" <span>").append(Html.escape(Words.parameters(run.parameters())))
                .append("</span></summary>\n");
        for (String reason : run.verdict().reasons()) {
            out.append("<p class=\"reason\">").append(Html.escape(reason)).append("</p>\n");
        }
        latency(out, run);
        confidence(out, run);
        cost(out, run);
        path(out, run);
        hosts(out, run);
        return out.append("</details>\n").toString();
    }

    private static void latency(StringBuilder out, RunResult run) {
        if (run.latency() == null) {
            return;
        }
        Table table = new Table().head("latency", "values", "min", "mean", "p50", "p90", "p99", "p99.9", "p99.99", "p99.999", "max");
        row(table, "raw", run.latency().raw());
        row(table, "corrected", run.latency().corrected());
        out.append(table);
        if (run.latency().clockOffset() != null) {
            out.append("<p class=\"hint\">One way: clocks were aligned to within ")
                    .append(Html.escape(Quantity.LATENCY.text(run.latency().clockOffset().uncertaintyNanos()))).append(".</p>\n");
        }
    }

    private static void row(Table table, String name, HistogramData data) {
        if (data == null || data.count() == 0) {
            return;
        }
        table.begin().name(name).cell(String.valueOf(data.count()));
        for (double nanos : new double[] {data.minNanos(), data.meanNanos(), data.p50Nanos(), data.p90Nanos(), data.p99Nanos(),
            data.p999Nanos(), data.p9999Nanos(), data.p99999Nanos(), data.maxNanos()}) {
            table.cell(Quantity.LATENCY.text(nanos));
        }
        table.end();
    }

    private static void confidence(StringBuilder out, RunResult run) {
        if (run.confidence().isEmpty()) {
            return;
        }
        Table table = new Table().head("over " + run.repeats().size() + " repeats", "mean", "low", "high", "level");
        for (Confidence figure : run.confidence()) {
            Quantity quantity = figure.metric().endsWith("Nanos") ? Quantity.LATENCY
                    : figure.metric().startsWith("bytes") ? Quantity.BITRATE : Quantity.MESSAGE_RATE;
            double factor = quantity == Quantity.BITRATE ? 8 : 1;
            table.begin().name(figure.metric()).cell(quantity.text(figure.mean() * factor)).cell(quantity.text(figure.low() * factor))
                    .cell(quantity.text(figure.high() * factor)).cell(String.format(Locale.ROOT, "%.0f %%", figure.level() * 100)).end();
        }
        out.append(table);
    }

    private static void cost(StringBuilder out, RunResult run) {
        List<Side> sides = new ArrayList<>();
        if (run.client() != null) {
            sides.add(run.client());
        }
        if (run.server() != null) {
            sides.add(run.server());
        }
        sides.addAll(run.agents());
        if (sides.isEmpty()) {
            return;
        }
        Table table = new Table().head("cost", "CPU s", "user", "system", "CPU s/GB", "switches (voluntary)", "(forced)", "allocated",
                "GC", "GC time", "memory");
        for (Side side : sides) {
            table.begin().name(side.name()).cell(Quantity.digits(side.cpuSeconds())).cell(Quantity.digits(side.userSeconds()))
                    .cell(Quantity.digits(side.systemSeconds()))
                    .cell(side.cpuSecondsPerGigabyte() == null ? null : Quantity.digits(side.cpuSecondsPerGigabyte()))
                    .cell(text(side.voluntaryContextSwitches())).cell(text(side.involuntaryContextSwitches()))
                    .cell(side.allocatedBytes() == null ? null : Quantity.SIZE.text(side.allocatedBytes())).cell(text(side.gcCount()))
                    .cell(side.gcPauseNanos() == null ? null : Quantity.LATENCY.text(side.gcPauseNanos()))
                    .cell(side.rssBytes() == null ? null : Quantity.SIZE.text(side.rssBytes())).end();
        }
        out.append(table);
    }

    private static void path(StringBuilder out, RunResult run) {
        if (run.path() == null) {
            return;
        }
        Table table = new Table().head("path", "");
        table.begin().name("transport").cell(run.path().transport()).end();
        table.begin().name("description").cell(run.path().description()).end();
        table.begin().name("fabric").cell(run.path().fabric()).end();
        table.begin().name("fallbacks").cell(text(run.path().fallbacks())).end();
        table.begin().name("stalls").cell(text(run.path().stalls())).end();
        run.path().remarks().forEach(remark -> table.begin().name("remark").cell(remark).end());
        new TreeMap<>(run.path().counters()).forEach((name, value) -> table.begin().name(name).cell(text(value)).end());
        out.append(table);
    }

    private static void hosts(StringBuilder out, RunResult run) {
        Environment client = run.clientHost();
        Environment server = run.serverHost();
        if (client == null && server == null) {
            return;
        }
        Map<String, String> left = environment(client);
        Map<String, String> right = environment(server);
        Table table = new Table().head("host", "client", "server");
        for (String name : environment(client == null ? server : client).keySet()) {
            table.begin().name(name).cell(left.get(name)).cell(right.get(name)).end();
        }
        out.append(table);
    }

    private static Map<String, String> environment(Environment host) {
        Map<String, String> rows = new java.util.LinkedHashMap<>();
        if (host == null) {
            return rows;
        }
        rows.put("name", host.host());
        rows.put("weft", host.weft());
        rows.put("kernel", host.kernel());
        rows.put("CPU", host.cpu());
        rows.put("CPUs", text(host.cpus()));
        rows.put("governor", host.governor());
        rows.put("memory", host.memoryBytes() == null ? null : Quantity.SIZE.text(host.memoryBytes()));
        rows.put("JDK", host.jdk());
        rows.put("GC", host.gc());
        rows.put("NIC", host.nic());
        rows.put("driver", host.nicDriver());
        rows.put("MTU", text(host.mtu()));
        rows.put("load before", text(host.loadAverage()));
        rows.put("offloads", String.join(", ", new TreeMap<>(host.offloads()).entrySet().stream()
                .map(entry -> entry.getKey() + " " + entry.getValue()).toList()));
        return rows;
    }

    private static String text(Object value) {
        return value == null ? null : String.valueOf(value);
    }
}
