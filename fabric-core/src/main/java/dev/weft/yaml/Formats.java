package dev.weft.yaml;

import dev.weft.network.IpAddresses;
import dev.weft.network.IpPrefix;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The kinds of values that occur in Weft's files. */
public final class Formats {
    private static final Pattern WITH_UNIT = Pattern.compile("([0-9]{1,12})([A-Za-z]*)");
    private static final Map<String, Long> NANOS_PER_UNIT = new LinkedHashMap<>();
    private static final Map<String, Long> BYTES_PER_UNIT = new LinkedHashMap<>();

    static {
        NANOS_PER_UNIT.put("h", 3_600_000_000_000L);
        NANOS_PER_UNIT.put("m", 60_000_000_000L);
        NANOS_PER_UNIT.put("s", 1_000_000_000L);
        NANOS_PER_UNIT.put("ms", 1_000_000L);
        NANOS_PER_UNIT.put("us", 1_000L);
        NANOS_PER_UNIT.put("ns", 1L);
        BYTES_PER_UNIT.put("GiB", 1L << 30);
        BYTES_PER_UNIT.put("MiB", 1L << 20);
        BYTES_PER_UNIT.put("KiB", 1L << 10);
        BYTES_PER_UNIT.put("B", 1L);
    }

    private Formats() {
    }

    public static Format<Integer> number(int min, int max) {
        return new Format<>("a whole number from " + min + " to " + max, text -> {
            int value = Integer.parseInt(text);
            require(value >= min && value <= max);
            return value;
        });
    }

    public static Format<Boolean> bool() {
        return new Format<>("true or false", text -> {
            require(text.equals("true") || text.equals("false"));
            return text.equals("true");
        });
    }

    /** A number and a unit without a space: {@code 200ms}, {@code 1s}, {@code 0us}. */
    public static Format<Duration> duration(Duration min, Duration max) {
        String allowed = "a duration from " + formatDuration(min) + " to " + formatDuration(max) + ", a whole number and one of "
                + String.join(" ", NANOS_PER_UNIT.keySet());
        return new Format<>(allowed, text -> {
            Duration value = Duration.ofNanos(scaled(text, NANOS_PER_UNIT));
            require(value.compareTo(min) >= 0 && value.compareTo(max) <= 0);
            return value;
        });
    }

    /** A number of bytes with a binary unit, without a space: {@code 64KiB}, {@code 4MiB}. */
    public static Format<Long> size(long minBytes, long maxBytes) {
        String allowed = "a size from " + formatSize(minBytes) + " to " + formatSize(maxBytes) + ", a whole number and one of "
                + String.join(" ", BYTES_PER_UNIT.keySet());
        return new Format<>(allowed, text -> {
            long value = scaled(text, BYTES_PER_UNIT);
            require(value >= minBytes && value <= maxBytes);
            return value;
        });
    }

    /** An absolute path in normal form. */
    public static Format<Path> absolutePath() {
        return new Format<>("an absolute path", text -> {
            require(text.indexOf('\0') < 0);
            Path path = Path.of(text);
            require(path.isAbsolute());
            return path.normalize();
        });
    }

    /** An absolute path that fits {@code sun_path} (108 bytes with the closing zero, linux/un.h). */
    public static Format<Path> socketPath() {
        return new Format<>("an absolute path of at most 107 bytes", text -> {
            require(text.getBytes(java.nio.charset.StandardCharsets.UTF_8).length <= 107);
            return absolutePath().parse(text);
        });
    }

    public static Format<InetAddress> address() {
        return new Format<>("an IPv4 or IPv6 address", IpAddresses::parse);
    }

    public static Format<IpPrefix> prefix() {
        return new Format<>("an address range such as 10.42.0.0/16 or fd42::/48", IpPrefix::parse);
    }

    public static Format<String> matching(Pattern pattern, String allowed) {
        return new Format<>(allowed, text -> {
            require(pattern.matcher(text).matches());
            return text;
        });
    }

    /** A constant of an enum, written in lower case with dashes. */
    public static <E extends Enum<E>> Format<E> oneOf(Class<E> type) {
        Map<String, E> byName = Arrays.stream(type.getEnumConstants()).collect(Collectors.toMap(
                constant -> constant.name().toLowerCase(Locale.ROOT).replace('_', '-'), constant -> constant,
                (first, second) -> first, LinkedHashMap::new));
        return new Format<>("one of " + String.join(", ", byName.keySet()), text -> {
            E constant = byName.get(text);
            require(constant != null);
            return constant;
        });
    }

    /** The form {@link #duration} reads, with the largest unit that leaves a whole number. */
    public static String formatDuration(Duration duration) {
        return inLargestUnit(duration.toNanos(), NANOS_PER_UNIT, "0s");
    }

    /** The form {@link #size} reads, with the largest unit that leaves a whole number. */
    public static String formatSize(long bytes) {
        return inLargestUnit(bytes, BYTES_PER_UNIT, "0B");
    }

    private static String inLargestUnit(long value, Map<String, Long> units, String zero) {
        return units.entrySet().stream()
                .filter(unit -> value != 0 && value % unit.getValue() == 0)
                .findFirst()
                .map(unit -> value / unit.getValue() + unit.getKey())
                .orElse(zero);
    }

    private static long scaled(String text, Map<String, Long> units) {
        Matcher matcher = WITH_UNIT.matcher(text);
        require(matcher.matches());
        Long unit = units.get(matcher.group(2));
        require(unit != null);
        try {
            return Math.multiplyExact(Long.parseLong(matcher.group(1)), unit);
        } catch (ArithmeticException e) {
            throw new NumberFormatException(text);
        }
    }

    /** Fails without a message of its own, so that the format's text about what is allowed speaks. */
    private static void require(boolean allowed) {
        if (!allowed) {
            throw new IllegalArgumentException();
        }
    }
}
