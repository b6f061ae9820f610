package dev.weft.perf.report;

import dev.weft.perf.model.HistogramData;
import dev.weft.perf.model.RunDocument;
import dev.weft.perf.model.RunResult;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;

/**
 * Every pair of hosts of a mesh as a cell: rows send, columns receive. The darker a cell, the worse the link against the median of
 * the mesh; a pair that could not be measured says so.
 */
final class HeatMap {
    private HeatMap() {
    }

    static String of(RunDocument document) {
        TreeSet<String> hosts = new TreeSet<>();
        Map<String, RunResult> pairs = new LinkedHashMap<>();
        for (RunResult run : document.runs()) {
            String[] pair = pair(run.role());
            hosts.add(pair[0]);
            hosts.add(pair[1]);
            pairs.put(pair[0] + ">" + pair[1], run);
        }
        boolean isThroughput = document.runs().stream().anyMatch(Words::isThroughput);
        double[] badness = document.runs().stream().filter(run -> !Double.isNaN(cost(run))).mapToDouble(HeatMap::cost).sorted().toArray();
        double median = badness.length == 0 ? 1 : badness[badness.length / 2];
        StringBuilder out = new StringBuilder("<section class=\"card\" id=\"mesh\">\n<h2>").append(Html.escape(Words.title(document)))
                .append("</h2>\n<p class=\"hint\">From the host of the row to the host of the column. ")
                .append(isThroughput ? "Throughput" : "p50 and p99").append("; the redder, the further from the median of the mesh.</p>\n")
                .append("<div class=\"scroll\"><table class=\"mesh\"><thead><tr><th></th>");
        hosts.forEach(host -> out.append("<th scope=\"col\">").append(Html.escape(host)).append("</th>"));
        out.append("</tr></thead><tbody>\n");
        for (String from : hosts) {
            out.append("<tr><th scope=\"row\">").append(Html.escape(from)).append("</th>");
            for (String to : hosts) {
                cell(out, from, to, pairs.get(from + ">" + to), median);
            }
            out.append("</tr>\n");
        }
        return out.append("</tbody></table></div>\n</section>\n").toString();
    }

    private static String[] pair(String role) {
        int arrow = role == null ? -1 : role.indexOf('>');
        return arrow < 0 ? new String[] {String.valueOf(role), "?"} : new String[] {role.substring(0, arrow), role.substring(arrow + 1)};
    }

    private static void cell(StringBuilder out, String from, String to, RunResult run, double median) {
        if (run == null) {
            out.append(from.equals(to) ? "<td class=\"self\"></td>" : "<td class=\"none\" title=\"not measured\">–</td>");
            return;
        }
        double cost = cost(run);
        if (Double.isNaN(cost)) {
            out.append("<td class=\"bad\" title=\"").append(Html.escape(String.join(" ", run.verdict().reasons()))).append("\">")
                    .append(run.verdict().state().label()).append("</td>");
            return;
        }
        String title = from + " > " + to + ": " + run.verdict().state().label();
        out.append(String.format(Locale.ROOT, "<td style=\"--heat:%.2f\" title=\"%s\">%s</td>", heat(cost, median), Html.escape(title),
                text(run)));
    }

    /** 0 at the median and better, 1 at four times the median. */
    private static double heat(double cost, double median) {
        return Math.clamp(Math.log(cost / median) / Math.log(4), 0, 1);
    }

    /** More is worse; NaN when nothing was measured. */
    private static double cost(RunResult run) {
        if (Words.isThroughput(run)) {
            return run.totals() == null || run.totals().bytesPerSecond() <= 0 ? Double.NaN : 1 / run.totals().bytesPerSecond();
        }
        HistogramData felt = Words.felt(run);
        return felt == null ? Double.NaN : Math.max(1, felt.p99Nanos());
    }

    private static String text(RunResult run) {
        if (Words.isThroughput(run)) {
            return Html.escape(Quantity.BITRATE.text(run.totals().bytesPerSecond() * 8));
        }
        HistogramData felt = Words.felt(run);
        return "<b>" + Html.escape(Quantity.LATENCY.text(felt.p50Nanos())) + "</b><br>"
                + Html.escape(Quantity.LATENCY.text(felt.p99Nanos()));
    }
}
