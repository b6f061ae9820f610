package dev.weft.perf.output;

import dev.weft.perf.model.Confidence;
import dev.weft.perf.model.HistogramData;
import dev.weft.perf.model.Parameters;
import dev.weft.perf.model.RunDocument;
import dev.weft.perf.model.RunResult;
import dev.weft.perf.model.Side;
import dev.weft.perf.model.Totals;
import dev.weft.perf.model.Verdict;
import java.util.List;
import java.util.Locale;

/** Results as text for people. */
public final class RunTable {
    private RunTable() {
    }

    /**
     * The whole document: a single run at length, layers and meshes as what they are, several runs as one line each.
     *
     * @param colours whether the reader is a terminal that shows them
     */
    public static String of(RunDocument document, boolean colours) {
        if (document.kind() == RunDocument.Kind.LAYERS) {
            return LayersTable.of(document);
        }
        if (document.kind() == RunDocument.Kind.MESH) {
            return MeshTable.of(document, colours);
        }
        if (document.kind() == RunDocument.Kind.RUN && !document.runs().isEmpty()) {
            return run(document.runs().getFirst());
        }
        return lines(document.runs());
    }

    private static String lines(List<RunResult> runs) {
        StringBuilder text = new StringBuilder(String.format("%-24s %-10s %14s %14s %10s %10s %10s %10s%n", "", "transport", "rate",
                "messages", "p50", "p99", "p99.9", "verdict"));
        for (RunResult run : runs) {
            HistogramData latency = run.latency() == null ? null : run.latency().corrected();
            Totals totals = run.totals();
            text.append(String.format("%-24s %-10s %14s %14s %10s %10s %10s %10s%n", run.role(), run.path().transport(),
                    totals == null ? "-" : Units.bitRate(totals.bytesPerSecond()),
                    totals == null ? "-" : Units.messageRate(totals.messagesPerSecond()),
                    latency == null ? "-" : Units.time(latency.p50Nanos()), latency == null ? "-" : Units.time(latency.p99Nanos()),
                    latency == null ? "-" : Units.time(latency.p999Nanos()), run.verdict().state().label()));
        }
        for (RunResult run : runs) {
            run.verdict().reasons().forEach(reason -> text.append(run.role()).append(": ").append(reason).append('\n'));
        }
        return text.toString();
    }

    private static String run(RunResult run) {
        StringBuilder text = new StringBuilder();
        Parameters asked = run.parameters();
        line(text, "test", asked.test().label() + " over " + run.path().transport() + ", " + Units.bytes(asked.messageBytes())
                + " messages, " + asked.streams() + (asked.streams() == 1 ? " stream" : " streams") + ", " + asked.loop().label() + " loop"
                + (asked.ratePerSecond() == null ? "" : " at " + Units.messageRate(asked.ratePerSecond())));
        line(text, "path", run.path().description() + (run.path().fabric() == null ? ""
                : "; Weft path " + run.path().fabric() + ", fallbacks " + run.path().fallbacks() + ", stalls " + run.path().stalls()));
        if (run.totals() != null) {
            totals(text, run.totals());
        }
        if (run.latency() != null) {
            line(text, "latency", String.format("%10s %10s %10s %10s %10s %10s %10s", "min", "p50", "p90", "p99", "p99.9", "p99.99",
                    "max"));
            line(text, "  raw", percentiles(run.latency().raw()));
            line(text, "  corrected", percentiles(run.latency().corrected()));
            if (run.latency().clockOffset() != null) {
                line(text, "  clocks", "one-way figures are good to +-" + Units.time(run.latency().clockOffset().uncertaintyNanos()));
            }
        }
        side(text, run.client());
        side(text, run.server());
        run.agents().forEach(agent -> side(text, agent));
        for (Confidence confidence : run.confidence()) {
            line(text, confidence.metric(), String.format(Locale.ROOT, "%.6g, 95 %% between %.6g and %.6g over %d repeats",
                    confidence.mean(), confidence.low(), confidence.high(), run.repeats().size()));
        }
        verdict(text, run.verdict());
        return text.toString();
    }

    private static void totals(StringBuilder text, Totals totals) {
        line(text, "rate", Units.bitRate(totals.bytesPerSecond()) + ", " + Units.messageRate(totals.messagesPerSecond())
                + String.format(Locale.ROOT, " over %.2f s", totals.seconds()));
        line(text, "messages", totals.sent() + " sent, " + totals.received() + " received, " + totals.lost() + " lost, "
                + totals.duplicated() + " doubled, " + totals.reordered() + " late"
                + (totals.retransmits() == null ? "" : ", " + totals.retransmits() + " segments sent again"));
    }

    private static String percentiles(HistogramData data) {
        return String.format("%10s %10s %10s %10s %10s %10s %10s", Units.time(data.minNanos()), Units.time(data.p50Nanos()),
                Units.time(data.p90Nanos()), Units.time(data.p99Nanos()), Units.time(data.p999Nanos()), Units.time(data.p9999Nanos()),
                Units.time(data.maxNanos()));
    }

    private static void side(StringBuilder text, Side side) {
        if (side == null) {
            return;
        }
        line(text, side.name(), String.format(Locale.ROOT, "%.2f CPU s (%.2f user, %.2f system)%s, %s context switches%s",
                side.cpuSeconds(), side.userSeconds(), side.systemSeconds(),
                side.cpuSecondsPerGigabyte() == null ? "" : String.format(Locale.ROOT, ", %.3g s/GB", side.cpuSecondsPerGigabyte()),
                side.voluntaryContextSwitches() == null ? "?" : side.voluntaryContextSwitches() + side.involuntaryContextSwitches(),
                side.allocatedBytes() == null ? "" : ", " + Units.bytes(side.allocatedBytes()) + " allocated, " + side.gcCount()
                        + " collections (" + Units.time(side.gcPauseNanos()) + ")"));
    }

    private static void verdict(StringBuilder text, Verdict verdict) {
        line(text, "verdict", verdict.state().label());
        verdict.reasons().forEach(reason -> line(text, "", reason));
    }

    private static void line(StringBuilder text, String name, String value) {
        text.append(String.format("%-12s %s%n", name, value));
    }
}
