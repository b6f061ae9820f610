package dev.weft.perf.report;

import java.util.ArrayList;
import java.util.List;

/** Every power of the base at the same distance; marks carry their own unit, because one unit does not fit all of them. */
record LogAxis(String name, Quantity quantity, double base, double min, double max) implements Axis {

    /** Ends at the marks around the values. */
    static LogAxis around(String name, Quantity quantity, double base, double lowest, double highest) {
        double low = Math.max(lowest, 1e-3);
        double high = Math.max(highest, low * 1.0001);
        double[] steps = base == 10 ? new double[] {1, 2, 5, 10} : new double[] {1, base};
        double lowPower = Math.pow(base, Math.floor(Math.log(low) / Math.log(base) + 1e-9));
        double highPower = Math.pow(base, Math.floor(Math.log(high) / Math.log(base) + 1e-9));
        double min = lowPower;
        double max = highPower * base;
        for (double step : steps) {
            min = lowPower * step <= low * (1 + 1e-9) ? lowPower * step : min;
        }
        for (int i = steps.length - 1; i >= 0; i--) {
            max = highPower * steps[i] >= high * (1 - 1e-9) ? highPower * steps[i] : max;
        }
        return new LogAxis(name, quantity, base, min, max > min ? max : min * base);
    }

    @Override
    public String title() {
        return name;
    }

    @Override
    public double place(double value) {
        return value <= min ? 0 : Math.clamp(Math.log(value / min) / Math.log(max / min), 0, 1);
    }

    @Override
    public List<Tick> ticks() {
        List<Tick> ticks = new ArrayList<>();
        double decades = Math.log(max / min) / Math.log(base);
        double[] steps = base != 10 ? new double[] {1} : decades <= 3 ? new double[] {1, 2, 5} : new double[] {1};
        int stride = base == 10 ? 1 : (int) Math.max(1, Math.ceil(decades / 12));
        for (int power = (int) Math.floor(Math.log(min) / Math.log(base) + 1e-9); Math.pow(base, power) <= max * 1.0001; power += stride) {
            for (double step : steps) {
                double value = Math.pow(base, power) * step;
                if (value >= min * 0.9999 && value <= max * 1.0001) {
                    ticks.add(new Tick(value, quantity.text(value)));
                }
            }
        }
        return ticks;
    }

    @Override
    public String text(double value) {
        return quantity.text(value);
    }
}
