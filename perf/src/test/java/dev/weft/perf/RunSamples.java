package dev.weft.perf;

import dev.weft.perf.model.Direction;
import dev.weft.perf.model.HistogramData;
import dev.weft.perf.model.Latency;
import dev.weft.perf.model.Loop;
import dev.weft.perf.model.Parameters;
import dev.weft.perf.model.PathUsed;
import dev.weft.perf.model.RunResult;
import dev.weft.perf.model.TestKind;
import dev.weft.perf.model.Totals;
import dev.weft.perf.model.Verdict;
import org.HdrHistogram.Histogram;

/** Small whole runs, and runs that could not be made. */
public final class RunSamples {
    private RunSamples() {
    }

    /** Closed-loop round trips that all took the same time. */
    public static RunResult roundTrips(String role, String transport, long nanos) {
        Histogram histogram = new Histogram(3);
        histogram.recordValueWithCount(nanos, 100);
        HistogramData data = HistogramData.of(histogram);
        return run(role, transport, TestKind.RR, Verdict.complete(), new Latency(data, data, null), 1e4);
    }

    public static RunResult throughput(String role, String transport, double bytesPerSecond) {
        return run(role, transport, TestKind.THROUGHPUT, Verdict.complete(), null, bytesPerSecond);
    }

    public static RunResult failed(String role, String transport, TestKind test, String reason) {
        return run(role, transport, test, Verdict.failed(reason), null, 0);
    }

    private static RunResult run(String role, String transport, TestKind test, Verdict verdict, Latency latency, double bytesPerSecond) {
        Parameters asked = new Parameters(transport, test, "there", 64, 1, Direction.FORWARD, Loop.CLOSED, null, 1_000_000_000L, null, 0,
                1_000_000_000L, 1, "block", null, null, null);
        Totals totals = bytesPerSecond == 0 ? null
                : new Totals(1, (long) bytesPerSecond, 100, bytesPerSecond, 100, 100, 100, 0, 0, 0, null);
        return new RunResult(role, "2026-01-01T00:00:00Z", asked, verdict, PathUsed.of(transport, "here to there"), latency, totals, null,
                null, null, null, null, null, null, null);
    }
}
