package dev.weft.perf.report;

import java.util.List;

/** One axis of a chart: from values to a place between 0 and 1, and the marks to read it by. Immutable. */
interface Axis {
    /** @param label empty for a line without a number */
    record Tick(double value, String label) {
    }

    /** With the unit. */
    String title();

    /** @return place of the value, 0 at the begin and 1 at the end; outside of the axis it is cut to them */
    double place(double value);

    List<Tick> ticks();

    /** The value as people read it, with its unit. */
    String text(double value);
}
