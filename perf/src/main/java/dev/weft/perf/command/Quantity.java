package dev.weft.perf.command;

import dev.weft.perf.model.TestKind;
import dev.weft.yaml.NearestName;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads figures with units from the command line; a wrong one is answered with the form that would be right. */
final class Quantity {
    private static final Pattern NUMBER = Pattern.compile("([0-9]+(?:\\.[0-9]+)?)([kKmMgG]?)");
    private static final Pattern TIME = Pattern.compile("([0-9]+(?:\\.[0-9]+)?)(ms|us|s|m|h|d|)");
    private static final Pattern STEP = Pattern.compile("([*+])([0-9]+(?:\\.[0-9]+)?)([kKmMgG]?)");
    private static final int MAX_STEPS = 64;

    private Quantity() {
    }

    /** Bytes: K, M and G are powers of 1024. */
    static long bytes(String text) {
        return Math.round(number(text, 1024, "bytes such as 64, 16K or 1M"));
    }

    /** Amount a second, or a count: k, M and G are powers of 1000. */
    static double amount(String text) {
        return number(text, 1000, "a number such as 500, 100k or 1M");
    }

    private static double number(String text, double unit, String form) {
        Matcher matcher = NUMBER.matcher(text);
        if (!matcher.matches()) {
            throw new TypeConversionException("'" + text + "' is not " + form + nearest(text));
        }
        int power = switch (matcher.group(2).toLowerCase(Locale.ROOT)) {
            case "k" -> 1;
            case "m" -> 2;
            case "g" -> 3;
            default -> 0;
        };
        return Double.parseDouble(matcher.group(1)) * Math.pow(unit, power);
    }

    private static String nearest(String text) {
        Matcher matcher = Pattern.compile("([0-9]+(?:\\.[0-9]+)?) ?([kKmMgG]?)").matcher(text);
        return matcher.find() ? "; nearest: " + matcher.group(1) + matcher.group(2) : "";
    }

    /** Nanoseconds; without a unit: seconds. */
    static long nanos(String text) {
        Matcher matcher = TIME.matcher(text);
        if (!matcher.matches()) {
            throw new TypeConversionException("'" + text + "' is not a time such as 10s, 500ms or 2m" + nearest(text).replace("k", ""));
        }
        double unit = switch (matcher.group(2)) {
            case "us" -> 1e3;
            case "ms" -> 1e6;
            case "m" -> 60e9;
            case "h" -> 3600e9;
            case "d" -> 86_400e9;
            default -> 1e9;
        };
        return Math.round(Double.parseDouble(matcher.group(1)) * unit);
    }

    /** One value, a list {@code a,b,c}, or a sweep {@code from:to:*factor} or {@code from:to:+step}. */
    static List<Double> sweep(String text, ITypeConverter<Double> value) {
        try {
            String[] parts = text.split(":", -1);
            if (parts.length == 1) {
                List<Double> values = new ArrayList<>();
                for (String part : text.split(",")) {
                    values.add(value.convert(part));
                }
                return values;
            }
            Matcher step = STEP.matcher(parts.length == 3 ? parts[2] : parts.length == 2 ? "*2" : "");
            if (!step.matches()) {
                throw new TypeConversionException("'" + text + "' is not a sweep; it has the form FROM:TO:*FACTOR or FROM:TO:+STEP, "
                        + "for instance 64:1M:*4");
            }
            return values(text, value.convert(parts[0]), value.convert(parts[1]), step.group(1).equals("*"),
                    value.convert(step.group(2) + step.group(3)));
        } catch (TypeConversionException e) {
            throw e;
        } catch (Exception e) {
            throw new TypeConversionException(e.getMessage());
        }
    }

    private static List<Double> values(String text, double from, double to, boolean times, double by) {
        if (from <= 0 || to < from || (times ? by <= 1 : by <= 0)) {
            throw new TypeConversionException("the sweep '" + text + "' does not go up from a value above 0; nearest: "
                    + (long) Math.max(1, Math.min(from, to)) + ":" + (long) Math.max(from, to) + ":*2");
        }
        List<Double> values = new ArrayList<>();
        for (double value = from; value <= to && values.size() <= MAX_STEPS; value = times ? value * by : value + by) {
            values.add(value);
        }
        if (values.size() > MAX_STEPS) {
            throw new TypeConversionException("the sweep '" + text + "' has more than " + MAX_STEPS + " steps; nearest: " + text
                    .substring(0, text.lastIndexOf(':')) + ":*2");
        }
        return values;
    }

    /** @return the choice, or an error that names the nearest and all of them */
    static String choice(String what, String text, List<String> choices) {
        if (choices.contains(text)) {
            return text;
        }
        String nearest = NearestName.of(text, choices);
        throw new TypeConversionException("there is no " + what + " '" + text + "'" + (nearest == null ? "" : ", did you mean '" + nearest
                + "'?") + "; there are: " + String.join(", ", choices));
    }

    /** Processors such as {@code 0,2-3}. */
    static List<Integer> cpus(String text) {
        List<Integer> cpus = new ArrayList<>();
        for (String part : text.split(",")) {
            if (!part.matches("[0-9]{1,2}(-[0-9]{1,2})?")) {
                throw new TypeConversionException("'" + text + "' is not a list of processors such as 0,2-3");
            }
            String[] ends = part.split("-");
            int first = Integer.parseInt(ends[0]);
            int last = Integer.parseInt(ends[ends.length - 1]);
            for (int cpu = first; cpu <= last; cpu++) {
                if (cpu >= Long.SIZE) {
                    throw new TypeConversionException("processor " + cpu + " is beyond the first " + Long.SIZE + "; nearest: 63");
                }
                cpus.add(cpu);
            }
        }
        return cpus;
    }

    /** For picocli. */
    static final class OfTest implements ITypeConverter<TestKind> {
        @Override
        public TestKind convert(String text) {
            List<String> names = Arrays.stream(TestKind.values()).map(TestKind::label).toList();
            return TestKind.valueOf(choice("test", text, names).toUpperCase(Locale.ROOT));
        }
    }

    /** For picocli. */
    static final class OfTime implements ITypeConverter<Long> {
        @Override
        public Long convert(String text) {
            return nanos(text);
        }
    }

    /** For picocli. */
    static final class OfCount implements ITypeConverter<Long> {
        @Override
        public Long convert(String text) {
            return Math.round(amount(text));
        }
    }

    /** For picocli. */
    static final class OfRate implements ITypeConverter<Double> {
        @Override
        public Double convert(String text) {
            return amount(text);
        }
    }

    /** For picocli. */
    static final class OfCpus implements ITypeConverter<CpuList> {
        @Override
        public CpuList convert(String text) {
            return new CpuList(cpus(text));
        }
    }

    /** Keeps picocli from taking a list apart. */
    record CpuList(List<Integer> cpus) {
        static final CpuList ANY = new CpuList(List.of());
    }
}
