package dev.weft.perf.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.AffineTransform;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import javax.imageio.ImageIO;

/** Paints a chart as a PNG of twice the size in pixels, without a display: for the artifacts of a CI run. */
final class PngChart {
    private static final int SCALE = 2;
    private static final int HEAD = 64;
    private static final int LEGEND_LINE = 20;
    private static final Color PAPER = Color.WHITE;
    private static final Color INK = new Color(0x1d2733);
    private static final Color MUTED = new Color(0x5b6775);
    private static final Color GRID = new Color(0xe3e8ee);
    private static final Color BAND = new Color(0xf2f4f7);
    /** The light palette of report.css. */
    private static final Color[] PALETTE = {new Color(0x1f6feb), new Color(0xd9480f), new Color(0x2b8a3e), new Color(0x9c36b5),
        new Color(0xb08800), new Color(0x0c8599), new Color(0xc2255c), new Color(0x5f6b7a)};

    private final Chart chart;
    private final Frame frame = Frame.WIDE;
    private final Graphics2D pen;

    private PngChart(Chart chart, Graphics2D pen) {
        this.chart = chart;
        this.pen = pen;
    }

    /**
     * @return the bytes of the file
     * @throws IOException names the packages when this machine has no fonts
     */
    static byte[] of(Chart chart) throws IOException {
        System.setProperty("java.awt.headless", "true");
        int height = HEAD + Frame.WIDE.height() + LEGEND_LINE * legendLines(chart) + 12;
        BufferedImage image = new BufferedImage(Frame.WIDE.width() * SCALE, height * SCALE, BufferedImage.TYPE_INT_RGB);
        Graphics2D pen = image.createGraphics();
        try {
            pen.scale(SCALE, SCALE);
            new PngChart(chart, pen).paint(height);
        } catch (RuntimeException | LinkageError noFonts) {
            throw new IOException("cannot paint text without fonts (" + noFonts.getMessage()
                    + "): apt-get install fontconfig fonts-dejavu-core", noFonts);
        } finally {
            pen.dispose();
        }
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        ImageIO.setUseCache(false);
        ImageIO.write(image, "png", file);
        return file.toByteArray();
    }

    private static int legendLines(Chart chart) {
        return (chart.series().size() + 2) / 3;
    }

    private void paint(int height) {
        pen.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        pen.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        pen.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
        pen.setColor(PAPER);
        pen.fillRect(0, 0, frame.width(), height);
        write(chart.title(), 24, 30, 18, Font.BOLD, INK);
        write(chart.hint(), 24, 50, 12, Font.PLAIN, MUTED);
        pen.translate(0, HEAD);
        bands();
        grid();
        chart.series().forEach(this::series);
        legend();
    }

    private void write(String text, double x, double y, int size, int style, Color colour) {
        pen.setFont(new Font(Font.SANS_SERIF, style, size));
        pen.setColor(colour);
        pen.drawString(text, (float) x, (float) y);
    }

    private double width(String text, int size) {
        return pen.getFontMetrics(new Font(Font.SANS_SERIF, Font.PLAIN, size)).stringWidth(text);
    }

    private void bands() {
        for (Chart.Band band : chart.bands()) {
            int from = (int) frame.x(chart.x(), band.from());
            pen.setColor(BAND);
            pen.fillRect(from, frame.top(), (int) frame.x(chart.x(), band.to()) - from, frame.plotBottom() - frame.top());
            write(band.label(), from + 6, frame.top() + 16, 11, Font.PLAIN, MUTED);
        }
    }

    private void grid() {
        pen.setStroke(new BasicStroke(1));
        for (Axis.Tick tick : chart.y().ticks()) {
            double y = frame.y(chart.y(), tick.value());
            line(frame.left(), y, frame.plotRight(), y, GRID);
            write(tick.label(), frame.left() - 10 - width(tick.label(), 12), y + 4, 12, Font.PLAIN, MUTED);
        }
        for (Axis.Tick tick : chart.x().ticks()) {
            double x = frame.x(chart.x(), tick.value());
            line(x, frame.top(), x, frame.plotBottom(), GRID);
            write(tick.label(), x - width(tick.label(), 12) / 2, frame.plotBottom() + 20, 12, Font.PLAIN, MUTED);
        }
        line(frame.left(), frame.plotBottom(), frame.plotRight(), frame.plotBottom(), MUTED);
        String below = chart.x().title();
        write(below, (frame.left() + frame.plotRight() - width(below, 12)) / 2, frame.height() - 8, 12, Font.PLAIN, INK);
        AffineTransform upright = pen.getTransform();
        pen.rotate(-Math.PI / 2);
        String beside = chart.y().title();
        write(beside, -(frame.top() + frame.plotBottom() + width(beside, 12)) / 2, 18, 12, Font.PLAIN, INK);
        pen.setTransform(upright);
    }

    private void line(double x1, double y1, double x2, double y2, Color colour) {
        pen.setColor(colour);
        pen.draw(new Line2D.Double(x1, y1, x2, y2));
    }

    private void series(Chart.Series series) {
        Path2D path = new Path2D.Double();
        for (Chart.Point point : series.points()) {
            double x = frame.x(chart.x(), point.x());
            double y = frame.y(chart.y(), point.y());
            if (path.getCurrentPoint() == null) {
                path.moveTo(x, y);
            } else {
                path.lineTo(x, y);
            }
        }
        Color colour = PALETTE[series.colour() % PALETTE.length];
        pen.setColor(colour);
        pen.setStroke(stroke(series.dashed()));
        pen.draw(path);
        if (series.marked()) {
            pen.setStroke(new BasicStroke(2));
            series.points().forEach(point -> mark(point, colour));
        }
    }

    private static BasicStroke stroke(boolean dashed) {
        return new BasicStroke(2, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND, 1, dashed ? new float[] {6, 5} : null, 0);
    }

    private void mark(Chart.Point point, Color colour) {
        Ellipse2D dot = new Ellipse2D.Double(frame.x(chart.x(), point.x()) - 4, frame.y(chart.y(), point.y()) - 4, 8, 8);
        pen.setColor(point.hollow() ? PAPER : colour);
        pen.fill(dot);
        pen.setColor(colour);
        pen.draw(dot);
    }

    private void legend() {
        int column = (frame.plotRight() - frame.left()) / 3;
        for (int i = 0; i < chart.series().size(); i++) {
            Chart.Series series = chart.series().get(i);
            double x = frame.left() + column * (i % 3);
            double y = frame.height() + 8 + LEGEND_LINE * (i / 3);
            pen.setStroke(stroke(series.dashed()));
            line(x, y - 4, x + 24, y - 4, PALETTE[series.colour() % PALETTE.length]);
            write(cut(series.name(), column - 40), x + 32, y, 12, Font.PLAIN, INK);
        }
    }

    private String cut(String text, double room) {
        String shown = text;
        while (shown.length() > 1 && width(shown, 12) > room) {
            shown = shown.substring(0, shown.length() - 2) + "…";
        }
        return shown;
    }
}
