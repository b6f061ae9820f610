package dev.weft.perf.report;

import dev.weft.perf.model.MeshGrid;
import dev.weft.perf.model.MeshSummary;
import dev.weft.perf.model.RunDocument;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Every pair of hosts of a mesh as a cell: rows send, columns receive. The redder a cell, the further its worst figure is from the median
 * of the mesh; a pair that could not be measured says so.
 */
final class HeatMap {
    private HeatMap() {
    }

    static String of(RunDocument document) {
        MeshGrid grid = MeshGrid.of(document.runs());
        MeshSummary.Worst worst = grid.summary().worst();
        StringBuilder out = new StringBuilder("<section class=\"card\" id=\"mesh\">\n<h2>").append(Html.escape(Words.title(document)))
                .append("</h2>\n<p class=\"hint\">From the host of the row to the host of the column: p50 and p99 of round trips, and ")
                .append("throughput, as far as measured. The redder, the further from the median of the mesh.</p>\n");
        if (worst != null) {
            out.append("<p>Worst pair: <b>").append(Html.escape(worst.from() + " > " + worst.to())).append("</b>, ")
                    .append(Html.escape(words(worst))).append("</p>\n");
        }
        out.append("<div class=\"scroll\"><table class=\"mesh\"><thead><tr><th></th>");
        grid.hosts().forEach(host -> out.append("<th scope=\"col\">").append(Html.escape(host)).append("</th>"));
        out.append("</tr></thead><tbody>\n");
        for (String from : grid.hosts()) {
            out.append("<tr><th scope=\"row\">").append(Html.escape(from)).append("</th>");
            grid.hosts().forEach(to -> cell(out, from.equals(to), grid.cell(from, to)));
            out.append("</tr>\n");
        }
        return out.append("</tbody></table></div>\n</section>\n").toString();
    }

    private static void cell(StringBuilder out, boolean isSelf, MeshGrid.Cell cell) {
        if (cell == null) {
            out.append(isSelf ? "<td class=\"self\"></td>" : "<td class=\"none\" title=\"not measured\">–</td>");
            return;
        }
        if (cell.worst() == null) {
            out.append("<td class=\"bad\" title=\"").append(Html.escape(cell.reason())).append("\">failed</td>");
            return;
        }
        String title = cell.from() + " > " + cell.to() + ": " + words(cell.worst())
                + (cell.reason().isEmpty() ? "" : "; " + cell.reason());
        out.append(String.format(Locale.ROOT, "<td style=\"--heat:%.2f\" title=\"%s\">%s</td>", cell.heat(), Html.escape(title),
                figures(cell)));
    }

    private static String figures(MeshGrid.Cell cell) {
        List<String> lines = new ArrayList<>();
        if (cell.p50Nanos() != null) {
            lines.add("<b>" + Html.escape(Quantity.LATENCY.text(cell.p50Nanos())) + "</b>");
            lines.add(Html.escape(Quantity.LATENCY.text(cell.p99Nanos())));
        }
        if (cell.bytesPerSecond() != null) {
            lines.add(Html.escape(Quantity.BITRATE.text(cell.bytesPerSecond() * 8)));
        }
        return String.join("<br>", lines) + (cell.reason().isEmpty() ? "" : " *");
    }

    private static String words(MeshSummary.Worst worst) {
        boolean bytes = worst.figure().equals("throughput");
        Quantity quantity = bytes ? Quantity.BITRATE : Quantity.LATENCY;
        double factor = bytes ? 8 : 1;
        return String.format(Locale.ROOT, "%s %s where the median is %s", worst.figure(), quantity.text(worst.value() * factor),
                quantity.text(worst.median() * factor));
    }
}
