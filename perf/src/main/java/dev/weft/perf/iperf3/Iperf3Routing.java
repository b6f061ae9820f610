package dev.weft.perf.iperf3;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * {@code weft perf client --iperf3 HOST} and {@code weft perf server --iperf3} take iperf3's options, which mean other things than
 * those of the same letter in {@code weft perf client}; so they are commands of their own, and this finds them.
 */
public final class Iperf3Routing {
    private Iperf3Routing() {
    }

    /** @return the same words, or those that name the iperf3 command */
    public static String[] of(String... words) {
        boolean isOurs = words.length >= 3 && words[0].equals("perf") && (words[1].equals("client") || words[1].equals("server"))
                && Arrays.asList(words).contains("--iperf3");
        if (!isOurs) {
            return words;
        }
        List<String> routed = new ArrayList<>(List.of("perf", "iperf3-" + words[1]));
        Arrays.stream(words).skip(2).filter(word -> !word.equals("--iperf3")).forEach(routed::add);
        return routed.toArray(String[]::new);
    }
}
