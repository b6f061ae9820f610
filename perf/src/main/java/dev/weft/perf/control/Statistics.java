package dev.weft.perf.control;

import dev.weft.perf.model.Confidence;
import dev.weft.perf.model.Repeat;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/** Confidence intervals of the mean over a few repeats, by Student's t. */
final class Statistics {
    private static final double LEVEL = 0.95;
    /** Two-sided 95 % quantiles of Student's t for 1, 2, ... degrees of freedom; beyond the table the normal one. */
    private static final double[] T = {12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145,
        2.131, 2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042};
    private static final double NORMAL = 1.960;

    private Statistics() {
    }

    static List<Confidence> confidence(List<Repeat> repeats) {
        List<Confidence> all = new ArrayList<>();
        add(all, "bytesPerSecond", repeats, repeat -> repeat.totals().bytesPerSecond());
        add(all, "messagesPerSecond", repeats, repeat -> repeat.totals().messagesPerSecond());
        add(all, "p50Nanos", repeats, repeat -> repeat.latency() == null ? null : (double) repeat.latency().corrected().p50Nanos());
        add(all, "p99Nanos", repeats, repeat -> repeat.latency() == null ? null : (double) repeat.latency().corrected().p99Nanos());
        add(all, "p999Nanos", repeats, repeat -> repeat.latency() == null ? null : (double) repeat.latency().corrected().p999Nanos());
        return all;
    }

    private static void add(List<Confidence> all, String metric, List<Repeat> repeats, Function<Repeat, Double> figure) {
        double[] values = repeats.stream().map(figure).filter(Objects::nonNull).mapToDouble(Double::doubleValue).toArray();
        if (values.length >= 2) {
            all.add(of(metric, values));
        }
    }

    /** @param values at least two */
    static Confidence of(String metric, double... values) {
        double mean = java.util.Arrays.stream(values).average().orElseThrow();
        double squares = java.util.Arrays.stream(values).map(value -> (value - mean) * (value - mean)).sum();
        int freedom = values.length - 1;
        double t = freedom <= T.length ? T[freedom - 1] : NORMAL;
        double half = t * Math.sqrt(squares / freedom / values.length);
        return new Confidence(metric, mean, mean - half, mean + half, LEVEL);
    }
}
