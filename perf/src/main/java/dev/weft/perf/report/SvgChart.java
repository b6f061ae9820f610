package dev.weft.perf.report;

import java.util.List;
import java.util.Locale;

/** Paints a chart as inline SVG. Colours are classes, so that the page's theme decides them; points carry what a pointer shows. */
final class SvgChart {
    /** Colours of the palette in report.css. */
    static final int COLOURS = 8;
    private final Chart chart;
    private final Frame frame;
    private final StringBuilder out = new StringBuilder();

    private SvgChart(Chart chart, Frame frame) {
        this.chart = chart;
        this.frame = frame;
    }

    static String of(Chart chart, Frame frame) {
        return new SvgChart(chart, frame).paint();
    }

    private String paint() {
        out.append(String.format(Locale.ROOT, "<svg class=\"chart\" id=\"chart-%s\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\" "
                + "data-top=\"%d\" data-bottom=\"%d\" data-left=\"%d\" data-right=\"%d\">%n", chart.id(), frame.width(), frame.height(),
                Html.escape(chart.title()), frame.top(), frame.plotBottom(), frame.left(), frame.plotRight()));
        chart.bands().forEach(this::band);
        grid();
        chart.series().forEach(this::series);
        out.append("<line class=\"crosshair\" y1=\"").append(frame.top()).append("\" y2=\"").append(frame.plotBottom())
                .append("\" hidden></line></svg>\n");
        return out.toString();
    }

    private void band(Chart.Band band) {
        double from = frame.x(chart.x(), band.from());
        double to = frame.x(chart.x(), band.to());
        out.append(String.format(Locale.ROOT, "<rect class=\"band\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\"></rect>%n", from,
                frame.top(), Math.max(0, to - from), frame.plotBottom() - frame.top()));
        out.append(String.format(Locale.ROOT, "<text class=\"note\" x=\"%.1f\" y=\"%d\">%s</text>%n", from + 6, frame.top() + 16,
                Html.escape(band.label())));
    }

    private void grid() {
        for (Axis.Tick tick : chart.y().ticks()) {
            double y = frame.y(chart.y(), tick.value());
            out.append(String.format(Locale.ROOT, "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"></line>", frame.left(),
                    frame.plotRight(), y, y));
            out.append(String.format(Locale.ROOT, "<text class=\"tick\" text-anchor=\"end\" x=\"%d\" y=\"%.1f\">%s</text>%n",
                    frame.left() - 10, y + 4, Html.escape(tick.label())));
        }
        for (Axis.Tick tick : chart.x().ticks()) {
            double x = frame.x(chart.x(), tick.value());
            out.append(String.format(Locale.ROOT, "<line class=\"grid\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"></line>", x, x,
                    frame.top(), frame.plotBottom()));
            out.append(String.format(Locale.ROOT, "<text class=\"tick\" text-anchor=\"middle\" x=\"%.1f\" y=\"%d\">%s</text>%n", x,
                    frame.plotBottom() + 20, Html.escape(tick.label())));
        }
        out.append(String.format(Locale.ROOT, "<line class=\"axis\" x1=\"%d\" x2=\"%d\" y1=\"%d\" y2=\"%d\"></line>%n", frame.left(),
                frame.plotRight(), frame.plotBottom(), frame.plotBottom()));
        out.append(String.format(Locale.ROOT, "<text class=\"title\" text-anchor=\"middle\" x=\"%d\" y=\"%d\">%s</text>%n",
                (frame.left() + frame.plotRight()) / 2, frame.height() - 8, Html.escape(chart.x().title())));
        int middle = (frame.top() + frame.plotBottom()) / 2;
        out.append(String.format(Locale.ROOT, "<text class=\"title\" text-anchor=\"middle\" transform=\"rotate(-90)\" x=\"%d\" y=\"18\">%s"
                + "</text>%n", -middle, Html.escape(chart.y().title())));
    }

    private void series(Chart.Series series) {
        out.append(String.format(Locale.ROOT, "<g class=\"series c%d%s\" data-name=\"%s\" data-points=\"%s\">%n", series.colour() % COLOURS,
                series.dashed() ? " dashed" : "", Html.escape(series.name()), points(series.points())));
        StringBuilder path = new StringBuilder();
        for (Chart.Point point : series.points()) {
            path.append(path.isEmpty() ? "M" : "L").append(String.format(Locale.ROOT, "%.1f %.1f", frame.x(chart.x(), point.x()),
                    frame.y(chart.y(), point.y())));
        }
        out.append("<path d=\"").append(path).append("\"></path>\n");
        if (series.marked()) {
            for (Chart.Point point : series.points()) {
                out.append(String.format(Locale.ROOT, "<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"4\"></circle>%n",
                        point.hollow() ? "hollow" : "dot", frame.x(chart.x(), point.x()), frame.y(chart.y(), point.y())));
            }
        }
        out.append("</g>\n");
    }

    /** {@code x|y|words;...}: pixels, and what a pointer there shows. Neither words nor numbers can hold a separator. */
    private String points(List<Chart.Point> points) {
        StringBuilder text = new StringBuilder();
        for (Chart.Point point : points) {
            text.append(text.isEmpty() ? "" : ";").append(String.format(Locale.ROOT, "%.1f|%.1f|", frame.x(chart.x(), point.x()),
                    frame.y(chart.y(), point.y()))).append(chart.x().text(point.x())).append('|').append(chart.y().text(point.y()));
        }
        return Html.escape(text.toString());
    }
}
