package dev.weft.perf.report;

import dev.weft.perf.model.RunResult;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A condition under which a comparison fails.
 *
 * <pre>
 *   p99&gt;+10%            grew by more than 10 % of BASE
 *   throughput&lt;-5%      shrank by more than 5 % of BASE
 *   p99.9&gt;+50us         grew by more than 50 µs
 *   max&gt;2ms             is above 2 ms in NEW, whatever BASE says
 *   throughput&lt;9Gbit/s  is below
 *   raw:p99&gt;+10%        the raw latency instead of the one a user feels
 * </pre>
 *
 * @param kind what the number is held against
 * @param bound in percent for {@link Kind#PERCENT}, else in the base unit of the figure
 */
record Threshold(String text, Metric metric, String operator, Kind kind, double bound) {
    enum Kind { PERCENT, CHANGE, LIMIT }

    private static final Pattern FORM = Pattern.compile(
            "\\s*([a-zA-Z0-9:.-]*?)\\s*([<>=]{1,2})\\s*([+-]?)\\s*(\\d+(?:\\.\\d+)?|\\.\\d+)?\\s*([a-zA-Zµμ%/]*)\\s*");
    private static final Map<Quantity, Map<String, Double>> UNITS = Map.of(
            Quantity.LATENCY, Map.of("ns", 1.0, "us", 1e3, "µs", 1e3, "μs", 1e3, "ms", 1e6, "s", 1e9),
            Quantity.BITRATE, Map.of("bit/s", 1.0, "kbit/s", 1e3, "Mbit/s", 1e6, "Gbit/s", 1e9, "Tbit/s", 1e12),
            Quantity.MESSAGE_RATE, Map.of("", 1.0, "k", 1e3, "M", 1e6, "msg/s", 1.0),
            Quantity.CPU_COST, Map.of("", 1.0, "s/GB", 1.0),
            Quantity.COUNT, Map.of("", 1.0, "k", 1e3, "M", 1e6));
    private static final Map<Quantity, String> EXAMPLE_UNIT = Map.of(Quantity.LATENCY, "us", Quantity.BITRATE, "Gbit/s",
            Quantity.MESSAGE_RATE, "k", Quantity.CPU_COST, "", Quantity.COUNT, "");

    /** @throws IllegalArgumentException with what is wrong and the nearest valid form */
    static Threshold parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            String figure = text.isBlank() ? "p99" : firstWord(text);
            throw wrong(text, "is not FIGURE, < or >, NUMBER", repaired(figure, ">", "+", "10", "%"));
        }
        String name = matcher.group(1);
        String operator = matcher.group(2);
        String sign = matcher.group(3);
        String number = matcher.group(4);
        String unit = matcher.group(5);
        Metric metric = Metric.of(name);
        if (metric == null) {
            throw wrong(text, "has no known figure", repaired(name, operator, sign, number, unit));
        }
        if (!operator.matches("[<>]=?")) {
            throw wrong(text, "has no known comparison '" + operator + "'", repaired(name, operator, sign, number, unit));
        }
        if (number == null) {
            throw wrong(text, "has no number", repaired(name, operator, sign, null, unit));
        }
        if (unit.equals("%")) {
            if (sign.isEmpty()) {
                throw wrong(text, "has a percentage without a sign: only changes are counted in percent",
                        repaired(name, operator, sign, number, unit));
            }
            return new Threshold(text, metric, operator, Kind.PERCENT, signed(sign, number))
                    .sensible(repaired(name, flipped(operator, sign), sign, number, unit));
        }
        Double factor = UNITS.get(metric.quantity()).get(unit);
        if (factor == null) {
            throw wrong(text, unit.isEmpty() ? "has a number without a unit" : "has a unit that " + metric.name() + " is not counted in",
                    repaired(name, operator, sign, number, unit));
        }
        return new Threshold(text, metric, operator, sign.isEmpty() ? Kind.LIMIT : Kind.CHANGE, signed(sign, number) * factor)
                .sensible(repaired(name, flipped(operator, sign), sign, number, unit));
    }

    /** What holds for two runs that are the same is no threshold: a change that is held against its wrong side. */
    private Threshold sensible(String nearest) {
        if (kind != Kind.LIMIT && isBroken(1, 1)) {
            throw wrong(text, "fails when nothing has changed", nearest);
        }
        return this;
    }

    /** The comparison that goes with a sign. */
    private static String flipped(String operator, String sign) {
        return sign.equals("-") ? "<" : sign.equals("+") ? ">" : operator;
    }

    private static double signed(String sign, String number) {
        return sign.equals("-") ? -Double.parseDouble(number) : Double.parseDouble(number);
    }

    private static String firstWord(String text) {
        return text.strip().split("[^a-zA-Z0-9:.-]", 2)[0];
    }

    private static IllegalArgumentException wrong(String text, String reason, String nearest) {
        return new IllegalArgumentException("--fail-if '" + text + "' " + reason + "; did you mean '" + nearest + "'?");
    }

    /** The nearest expression that makes sense. */
    private static String repaired(String name, String operator, String sign, String number, String unit) {
        Metric known = Metric.of(name);
        Metric metric = known != null ? known : Metric.of(Metric.nearest(name));
        String way = operator.contains("<") ? "<" : operator.contains(">") ? ">" : metric.isMoreBetter() ? "<" : ">";
        String direction = way + (operator.contains("=") && operator.length() == 2 && !operator.equals("==") ? "=" : "");
        String itsSign = !sign.isEmpty() ? sign : unit.equals("%") || number == null ? way.equals("<") ? "-" : "+" : "";
        if (number == null) {
            return metric.name() + direction + itsSign + "10%";
        }
        boolean fits = unit.equals("%") || UNITS.get(metric.quantity()).containsKey(unit);
        String nearestUnit = UNITS.get(metric.quantity()).keySet().stream().filter(each -> each.equalsIgnoreCase(unit)).findFirst()
                .orElse(EXAMPLE_UNIT.get(metric.quantity()));
        return metric.name() + direction + itsSign + number + (fits ? unit : nearestUnit);
    }

    /** @return whether the condition holds, that is: whether the comparison fails; values are those of both runs */
    boolean isBroken(double base, double now) {
        double value = switch (kind) {
            case PERCENT -> percent(base, now);
            case CHANGE -> now - base;
            case LIMIT -> now;
        };
        return switch (operator) {
            case ">" -> value > bound;
            case ">=" -> value >= bound;
            case "<" -> value < bound;
            default -> value <= bound;
        };
    }

    /** Change in percent of the base; from nothing to something is without bounds. */
    static double percent(double base, double now) {
        return base == 0 ? now == 0 ? 0 : Double.POSITIVE_INFINITY : 100 * (now - base) / base;
    }

    /** @return null when the run has no such figure */
    Double of(RunResult run) {
        return metric.value().apply(run);
    }
}
