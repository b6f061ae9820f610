package dev.weft.perf.report;

import java.util.List;

/**
 * What one picture shows.
 *
 * @param id     for the page's anchors: letters and hyphens
 * @param title  what is shown
 * @param hint   how to read it, one sentence
 * @param bands  parts of the x axis that are set apart, such as warm-up
 */
record Chart(String id, String title, String hint, Axis x, Axis y, List<Series> series, List<Band> bands) {

    /**
     * A line.
     *
     * @param colour index into the palette; the same for lines that belong together
     * @param dashed for the second line of a colour
     * @param marked points are drawn as dots: few points, each measured by itself
     */
    record Series(String name, int colour, boolean dashed, boolean marked, List<Point> points) {
    }

    /** @param hollow drawn as a ring: the point does not count in full, for instance because the run missed its rate */
    record Point(double x, double y, boolean hollow) {
        Point(double x, double y) {
            this(x, y, false);
        }
    }

    record Band(double from, double to, String label) {
    }
}
