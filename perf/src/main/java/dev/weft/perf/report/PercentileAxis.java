package dev.weft.perf.report;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;

/**
 * HdrHistogram's percentile axis: every further nine takes the same room, 90 %, 99 %, 99.9 %, ...
 *
 * @param nines where it ends, 1 to 7
 */
record PercentileAxis(int nines) implements Axis {
    private static final String[] LABELS = {"0 %", "90 %", "99 %", "99.9 %", "99.99 %", "99.999 %", "99.9999 %", "99.99999 %"};

    /** @return an axis that shows no more nines than so many values can have */
    static PercentileAxis of(long values) {
        return new PercentileAxis(Math.clamp((int) Math.ceil(Math.log10(Math.max(values, 10))), 1, 6));
    }

    @Override
    public String title() {
        return "percentile";
    }

    @Override
    public double place(double percentile) {
        return percentile >= 100 ? 1 : Math.clamp(-Math.log10(1 - percentile / 100) / nines, 0, 1);
    }

    @Override
    public List<Tick> ticks() {
        List<Tick> ticks = new ArrayList<>();
        ticks.add(new Tick(0, LABELS[0]));
        ticks.add(new Tick(50, "50 %"));
        double rest = 1;
        for (int i = 1; i <= nines; i++) {
            rest /= 10;
            ticks.add(new Tick(100 * (1 - rest), LABELS[i]));
        }
        return ticks;
    }

    @Override
    public String text(double percentile) {
        if (percentile >= 100) {
            return "max";
        }
        int digits = Math.max(0, (int) Math.ceil(-Math.log10(1 - percentile / 100)) - 1); // two nines tell more with each digit
        return "p" + new BigDecimal(percentile).setScale(digits, RoundingMode.HALF_UP).stripTrailingZeros().toPlainString();
    }
}
