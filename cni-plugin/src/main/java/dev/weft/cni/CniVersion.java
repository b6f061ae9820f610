package dev.weft.cni;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Versions of the specification. */
final class CniVersion {
    /** Advertised by VERSION; the shim holds the same list. */
    static final List<String> SUPPORTED = List.of("0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0");

    /**
     * Answered, though not advertised: a configuration without a version means 0.1.0, and such files are about. Their result
     * cannot say everything ours does.
     */
    private static final List<String> TOLERATED = List.of("0.1.0", "0.2.0");
    private static final String NEWEST = "1.1.0";
    private static final Pattern NUMBER = Pattern.compile("[+-]?[0-9]+");
    /** Versions whose results have one form: a result of one is a result of the others. */
    private static final List<List<String>> FORMS = List.of(TOLERATED, List.of("0.3.0", "0.3.1", "0.4.0"), List.of("1.0.0", "1.1.0"));

    private CniVersion() {
    }

    static boolean isKnown(String version) {
        return SUPPORTED.contains(version) || TOLERATED.contains(version);
    }

    /** The versions whose results have the form of {@code version}'s. */
    static List<String> sameForm(String version) {
        return FORMS.stream().filter(form -> form.contains(version)).findFirst().orElse(List.of(version));
    }

    /** As the reference library says it. */
    static CniException incompatible(String version) {
        return new CniException(CniException.INCOMPATIBLE_VERSION, "incompatible CNI versions", "config is \"" + version
                + "\", plugin supports [" + SUPPORTED.stream().map(v -> "\"" + v + "\"").collect(Collectors.joining(" ")) + "]");
    }

    /**
     * For a verb that came with version {@code since}: the configuration must be as new, and not newer than we are.
     *
     * @throws CniException 6 when the version is not one, 1 when it does not fit
     */
    static void requireAtLeast(String version, String since, String verb) throws CniException {
        if (compare(version, since) < 0) {
            throw new CniException(CniException.INCOMPATIBLE_VERSION, "config version does not allow " + verb);
        }
        if (compare(version, NEWEST) > 0) {
            throw new CniException(CniException.INCOMPATIBLE_VERSION, "plugin version does not allow " + verb);
        }
    }

    static boolean isAtLeast(String version, String since) {
        try {
            return compare(version, since) >= 0;
        } catch (CniException e) {
            return false;
        }
    }

    private static int compare(String a, String b) throws CniException {
        long[] left = parts(a);
        long[] right = parts(b);
        for (int i = 0; i < 3; i++) {
            if (left[i] != right[i]) {
                return Long.compare(left[i], right[i]);
            }
        }
        return 0;
    }

    private static long[] parts(String version) throws CniException {
        String[] texts = version.split("\\.", -1);
        if (texts.length > 3) {
            throw new CniException(CniException.DECODE, "invalid version \"" + version + "\": too many parts");
        }
        long[] parts = new long[3];
        for (int i = 0; i < texts.length; i++) {
            boolean isNumber = NUMBER.matcher(texts[i]).matches();
            try {
                parts[i] = Long.parseLong(isNumber ? texts[i] : "");
            } catch (NumberFormatException e) {
                throw new CniException(CniException.DECODE, "failed to convert " + List.of("major", "minor", "micro").get(i)
                        + " version part \"" + texts[i] + "\": strconv.Atoi: parsing \"" + texts[i] + "\": "
                        + (isNumber ? "value out of range" : "invalid syntax"));
            }
        }
        return parts;
    }
}
