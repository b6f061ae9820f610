package dev.weft.perf.report;

import dev.weft.perf.model.Direction;
import dev.weft.perf.model.Environment;
import dev.weft.perf.model.HistogramData;
import dev.weft.perf.model.Interval;
import dev.weft.perf.model.Latency;
import dev.weft.perf.model.Loop;
import dev.weft.perf.model.Parameters;
import dev.weft.perf.model.PathUsed;
import dev.weft.perf.model.RunDocument;
import dev.weft.perf.model.RunResult;
import dev.weft.perf.model.Side;
import dev.weft.perf.model.TestKind;
import dev.weft.perf.model.Totals;
import dev.weft.perf.model.Verdict;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.HdrHistogram.Histogram;

/** Results as a measurement would write them, seeded. {@link #main} writes one of each kind, for the browser check of the lab. */
final class Fixtures {
    /** A host name that would run, if anybody forgot to escape it. */
    static final String HOSTILE = "<script>document.title='broken'</script>\"onload='x";

    private Fixtures() {
    }

    static HistogramData histogram(long seed, double median, double tail) {
        Random random = new Random(seed);
        Histogram histogram = new Histogram(3);
        for (int i = 0; i < 100_000; i++) {
            double slow = random.nextDouble() < 0.002 ? tail * random.nextDouble() : 0;
            histogram.recordValue((long) (median * Math.exp(0.18 * random.nextGaussian()) + slow * median));
        }
        return HistogramData.of(histogram);
    }

    static RunResult run(String role, double median, double rate, Verdict verdict) {
        Parameters asked = new Parameters("tcp", TestKind.RR, "hostb", 64, 1, Direction.FORWARD, Loop.OPEN, rate, 20_000_000_000L, null,
                2_000_000_000L, 1_000_000_000L, 1, "block", null, null, null);
        List<Interval> intervals = new ArrayList<>();
        Random random = new Random(role.hashCode());
        for (int i = 0; i < 22; i++) {
            intervals.add(new Interval(0, i, 1, rate * 128 * (0.98 + 0.02 * random.nextDouble()),
                    rate * (0.98 + 0.02 * random.nextDouble()),
                    (long) (median * (0.97 + 0.06 * random.nextDouble())), (long) (median * (1.5 + random.nextDouble())), i < 2));
        }
        Environment host = new Environment(HOSTILE, "0.1.0", "6.1", "a CPU", 2, "performance", 4L << 30, "Temurin 25", "Serial", "eth0",
                "virtio_net", 1500, Map.of("tx-tcp-segmentation", "on"), 0.1);
        Side side = new Side("client", 4711, 2.5, 1.0, 1.5, 1.25, 100L, 20L, 4096L, 0L, 0L, 80L << 20);
        return new RunResult(role, "2026-01-01T00:00:00Z", asked, verdict, PathUsed.of("tcp", "10.0.0.1 -> 10.0.0.2"),
                new Latency(histogram(role.hashCode(), median, 8), histogram(role.hashCode() + 1, median, 60), null),
                new Totals(20, (long) (rate * 128 * 20), (long) (rate * 20), rate * 128, rate, (long) rate * 22,
                        (long) rate * 22, 0, 0, 0, 0L),
                intervals, List.of(), List.of(), side, side, List.of(), host, host);
    }

    static RunDocument single(String title, double median) {
        return RunDocument.of(RunDocument.Kind.RUN, "0.1.0", title, List.of(run("", median, 10_000, Verdict.complete())));
    }

    static RunDocument sweep() {
        List<RunResult> runs = new ArrayList<>();
        for (int i = 1; i <= 6; i++) {
            boolean missed = i == 6;
            runs.add(run(i * 20 + "k", 30_000 * (1 + 1.0 / (6.5 - i)), i * 20_000, missed
                    ? new Verdict(Verdict.State.FAILED, List.of("the rate was missed"), true) : Verdict.complete()));
        }
        return RunDocument.of(RunDocument.Kind.SWEEP, "0.1.0", "tcp rr 64 B, hosta to hostb", runs);
    }

    static RunDocument layers() {
        return RunDocument.of(RunDocument.Kind.LAYERS, "0.1.0", "Layers between hosta and hostb", List.of(
                run("verbs", 9_000, 10_000, Verdict.complete()), run("link", 17_000, 10_000, Verdict.complete()),
                run("socket", 31_000, 10_000, Verdict.complete()), run("message", 38_000, 10_000, Verdict.complete())));
    }

    static RunDocument mesh() {
        List<RunResult> runs = new ArrayList<>();
        String[] hosts = {"hosta", "hostb", "hostc", HOSTILE};
        for (String from : hosts) {
            for (String to : hosts) {
                if (!from.equals(to)) {
                    boolean isBad = from.equals("hostb") && to.equals("hostc");
                    runs.add(run(from.replace(">", "") + ">" + to.replace(">", ""), isBad ? 120_000 : 30_000, 10_000, Verdict.complete()));
                }
            }
        }
        return RunDocument.of(RunDocument.Kind.MESH, "0.1.0", "Mesh of four hosts", runs);
    }

    /** Writes a page and the results it is made of into the folder. */
    public static void main(String[] folder) throws Exception {
        List<RunDocument> documents = List.of(single("fabric, TCP path", 38_000), single("direct underlay", 14_000),
                sweep(), layers(), mesh());
        Files.writeString(Path.of(folder[0], "report.html"), Page.of(documents));
        Files.write(Path.of(folder[0], "plot.png"), PngChart.of(Charts.of(documents).getFirst()));
    }
}
