package dev.weft.perf.report;

import dev.weft.perf.model.RunDocument;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;

/**
 * One HTML file that needs nothing else: style, script and pictures are in it, and its content security policy keeps the browser
 * from fetching anything or running any script but ours, whatever stands in the results.
 */
final class Page {
    private final List<RunDocument> documents;
    private final StringBuilder out = new StringBuilder();

    private Page(List<RunDocument> documents) {
        this.documents = documents;
    }

    static String of(List<RunDocument> documents) {
        return new Page(documents).write();
    }

    private String write() {
        String script = resource("report.js");
        String title = documents.size() == 1 ? Words.title(documents.getFirst()) : documents.size() + " results";
        out.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
                .append("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; ")
                .append("script-src 'sha256-").append(sha256(script)).append("'\">\n")
                .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
                .append("<meta name=\"color-scheme\" content=\"light dark\">\n<title>")
                .append(Html.escape(title)).append(" · weft perf</title>\n<style>\n").append(resource("report.css"))
                .append("</style>\n</head>\n<body>\n<header><div><p class=\"brand\">weft perf</p><h1>").append(Html.escape(title))
                .append("</h1>").append(subtitle())
                .append("</div><button id=\"theme\" type=\"button\">light / dark</button></header>\n<main>\n");
        for (RunDocument document : documents) {
            switch (document.kind()) {
                case LAYERS -> out.append(LayerBars.of(document));
                case MESH -> out.append(HeatMap.of(document));
                default -> { }
            }
        }
        out.append(Summary.of(documents));
        Charts.of(documents).forEach(this::chart);
        out.append(Details.of(documents));
        out.append("</main>\n<footer>Made by <b>weft perf report</b>. Times of messages are from the clock of one host unless said ")
                .append("otherwise; corrected latency counts from the moment a message was meant to be sent.</footer>\n")
                .append("<div id=\"tip\" hidden></div>\n<script>").append(script).append("</script>\n</body>\n</html>\n");
        return out.toString();
    }

    private String subtitle() {
        String tools = String.join(", ", documents.stream().map(RunDocument::tool).filter(tool -> tool != null).distinct().toList());
        String begun = documents.stream().flatMap(document -> document.runs().stream()).map(run -> run.startedAt())
                .filter(at -> at != null).sorted().findFirst().orElse("");
        long runs = documents.stream().mapToLong(document -> document.runs().size()).sum();
        return "<p class=\"sub\">" + runs + (runs == 1 ? " run" : " runs") + (begun.isEmpty() ? "" : " · " + Html.escape(begun))
                + (tools.isEmpty() ? "" : " · weft " + Html.escape(tools)) + "</p>";
    }

    private void chart(Chart chart) {
        out.append("<section class=\"card\" id=\"").append(chart.id()).append("\">\n<h2>").append(Html.escape(chart.title()))
                .append("</h2>\n<p class=\"hint\">").append(Html.escape(chart.hint())).append("</p>\n")
                .append(SvgChart.of(chart, Frame.WIDE)).append("<div class=\"legend\">");
        for (Chart.Series series : chart.series()) {
            out.append("<button type=\"button\" class=\"key c").append(series.colour() % SvgChart.COLOURS)
                    .append(series.dashed() ? " dashed" : "").append("\" aria-pressed=\"true\"><i></i>").append(Html.escape(series.name()))
                    .append("</button>");
        }
        out.append("</div>\n</section>\n");
    }

    private static String resource(String name) {
        try (InputStream stream = Page.class.getResourceAsStream(name)) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String sha256(String text) {
        try {
            return Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
