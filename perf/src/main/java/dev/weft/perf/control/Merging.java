package dev.weft.perf.control;

import dev.weft.perf.model.HistogramData;
import dev.weft.perf.model.Latency;
import dev.weft.perf.model.Side;
import dev.weft.perf.model.Totals;
import dev.weft.perf.model.Verdict;
import java.util.List;
import java.util.Objects;
import java.util.function.ToLongFunction;
import org.HdrHistogram.Histogram;

/** Adds up what several streams, ends or repeats found. */
final class Merging {
    private static final double BYTES_PER_GIGABYTE = 1e9;

    private Merging() {
    }

    /** @param parts at least one */
    static Histogram histogram(List<HistogramData> parts) {
        Histogram sum = parts.getFirst().histogram();
        parts.stream().skip(1).forEach(part -> sum.add(part.histogram()));
        return sum;
    }

    static Latency latency(List<Latency> parts) {
        List<Latency> known = parts.stream().filter(Objects::nonNull).toList();
        if (known.isEmpty()) {
            return null;
        }
        return new Latency(HistogramData.of(histogram(known.stream().map(Latency::raw).toList())),
                HistogramData.of(histogram(known.stream().map(Latency::corrected).toList())), known.getLast().clockOffset());
    }

    static Totals totals(List<Totals> parts) {
        if (parts.size() == 1) {
            return parts.getFirst();
        }
        double seconds = parts.stream().mapToDouble(Totals::seconds).sum();
        double bytes = parts.stream().mapToDouble(part -> part.bytesPerSecond() * part.seconds()).sum();
        double messages = parts.stream().mapToDouble(part -> part.messagesPerSecond() * part.seconds()).sum();
        boolean retransmits = parts.stream().allMatch(part -> part.retransmits() != null);
        return new Totals(seconds, sum(parts, Totals::bytes), sum(parts, Totals::messages), seconds > 0 ? bytes / seconds : 0,
                seconds > 0 ? messages / seconds : 0, sum(parts, Totals::sent), sum(parts, Totals::received), sum(parts, Totals::lost),
                sum(parts, Totals::duplicated), sum(parts, Totals::reordered), retransmits ? sum(parts, Totals::retransmits) : null);
    }

    private static <T> long sum(List<T> parts, ToLongFunction<T> figure) {
        return parts.stream().mapToLong(figure).sum();
    }

    /** The worst state, all the reasons. */
    static Verdict verdict(List<Verdict> parts) {
        Verdict.State worst = parts.stream().map(Verdict::state).max(Enum::compareTo).orElse(Verdict.State.FAILED);
        return new Verdict(worst, parts.stream().flatMap(part -> part.reasons().stream()).distinct().toList(),
                parts.stream().anyMatch(Verdict::missedRate));
    }

    /** @return null when none is known */
    static Side side(List<Side> parts, long bytes) {
        List<Side> known = parts.stream().filter(Objects::nonNull).toList();
        if (known.isEmpty()) {
            return null;
        }
        Side first = known.getFirst();
        Side sum = new Side(first.name(), first.pid(), known.stream().mapToDouble(Side::cpuSeconds).sum(),
                known.stream().mapToDouble(Side::userSeconds).sum(), known.stream().mapToDouble(Side::systemSeconds).sum(), null,
                sumKnown(known, Side::voluntaryContextSwitches), sumKnown(known, Side::involuntaryContextSwitches),
                sumKnown(known, Side::allocatedBytes), sumKnown(known, Side::gcCount), sumKnown(known, Side::gcPauseNanos),
                known.getLast().rssBytes());
        return perGigabyte(sum, bytes);
    }

    private static Long sumKnown(List<Side> sides, java.util.function.Function<Side, Long> figure) {
        return sides.stream().map(figure).filter(Objects::nonNull).reduce(Long::sum).orElse(null);
    }

    static Side perGigabyte(Side side, long bytes) {
        return new Side(side.name(), side.pid(), side.cpuSeconds(), side.userSeconds(), side.systemSeconds(),
                bytes == 0 ? null : side.cpuSeconds() / (bytes / BYTES_PER_GIGABYTE), side.voluntaryContextSwitches(),
                side.involuntaryContextSwitches(), side.allocatedBytes(), side.gcCount(), side.gcPauseNanos(), side.rssBytes());
    }
}
