package dev.weft.perf.report;

import java.util.ArrayList;
import java.util.List;

/** From 0 (or another begin) to a round number, one unit for all marks. */
record LinearAxis(String name, Quantity quantity, double min, double max) implements Axis {

    /** @param highest value to show; the axis ends at the next mark */
    static LinearAxis upTo(String name, Quantity quantity, double highest) {
        double top = highest > 0 ? highest : 1;
        double step = step(top, quantity.unit(top));
        return new LinearAxis(name, quantity, 0, Math.ceil(top / step - 1e-9) * step);
    }

    private static double step(double span, Quantity.Unit unit) {
        double raw = span / unit.size() / 5;
        double power = Math.pow(10, Math.floor(Math.log10(raw)));
        double factor = raw / power;
        return (factor <= 1 ? 1 : factor <= 2 ? 2 : factor <= 5 ? 5 : 10) * power * unit.size();
    }

    @Override
    public String title() {
        String unit = quantity.unit(max).name();
        return unit.isEmpty() ? name : name + " (" + unit + ")";
    }

    @Override
    public double place(double value) {
        return Math.clamp((value - min) / (max - min), 0, 1);
    }

    @Override
    public List<Tick> ticks() {
        Quantity.Unit unit = quantity.unit(max);
        double step = step(max - min, unit);
        List<Tick> ticks = new ArrayList<>();
        for (long i = (long) Math.ceil(min / step - 1e-9); i * step <= max * (1 + 1e-9); i++) {
            ticks.add(new Tick(i * step, unit.number(i * step)));
        }
        return ticks;
    }

    @Override
    public String text(double value) {
        return quantity.text(value);
    }
}
