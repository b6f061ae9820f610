package dev.weft.perf.report;

/** Where things of a chart are, in pixels: the one geometry both painters use. */
record Frame(int width, int height, int left, int right, int top, int bottom) {
    static final Frame WIDE = new Frame(960, 380, 84, 40, 16, 52);

    double x(Axis axis, double value) {
        return left + axis.place(value) * (width - left - right);
    }

    double y(Axis axis, double value) {
        return height - bottom - axis.place(value) * (height - top - bottom);
    }

    int plotRight() {
        return width - right;
    }

    int plotBottom() {
        return height - bottom;
    }
}
