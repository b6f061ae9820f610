package dev.weft.perf.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFilesTest {
    @TempDir
    Path folder;

    @Test
    void givesBackWhatWasWritten() throws IOException {
        RunDocument document = RunDocument.of(RunDocument.Kind.RUN, "0.1.0", "rr over tcp", List.of(Results.roundTrips(1)));
        Path file = folder.resolve("run.json");

        RunFiles.write(file, document);

        assertEquals(document, RunFiles.read(file));
    }

    @Test
    void keepsTheWholeHistogram() {
        Histogram histogram = new Histogram(3);
        for (long value = 1; value < 100_000; value += 7) {
            histogram.recordValue(value);
        }

        assertEquals(histogram, HistogramData.of(histogram).histogram());
    }

    @Test
    void skipsFieldsOfLaterWriters() throws IOException {
        String json = RunFiles.toJson(RunDocument.of(RunDocument.Kind.RUN, "0.1.0", "t", List.of()))
                .replace("\"kind\"", "\"colour\" : \"blue\", \"kind\"");

        assertEquals("t", RunFiles.parse("x", json).title());
    }

    @Test
    void refusesALaterFormatAndSaysSo() {
        String json = RunFiles.toJson(RunDocument.of(RunDocument.Kind.RUN, "0.1.0", "t", List.of()))
                .replace("\"version\" : 1", "\"version\" : 2");

        IOException refusal = assertThrows(IOException.class, () -> RunFiles.parse("x.json", json));
        assertTrue(refusal.getMessage().contains("x.json has format version 2"), refusal.getMessage());
    }

    @Test
    void refusesWhatIsNoResult() {
        for (String text : List.of("", "{", "[]", "{\"format\":\"iperf3\"}", "null", "{\"format\":\"weft-perf\",\"runs\":3}")) {
            assertThrows(IOException.class, () -> RunFiles.parse("x", text), text);
        }
    }

    @Test
    void leavesNothingBehindWhenThereIsNoRoom() throws IOException {
        Path full = folder.resolve("missing").resolve("run.json");
        RunDocument document = RunDocument.of(RunDocument.Kind.RUN, "0.1.0", "t", List.of());

        IOException failure = assertThrows(IOException.class, () -> RunFiles.write(full, document));

        assertTrue(failure.getMessage().contains("cannot write " + full), failure.getMessage());
        assertFalse(Files.exists(folder.resolve("missing")));
    }

    /** Results as tests need them. */
    static final class Results {
        private Results() {
        }

        static RunResult roundTrips(long micros) {
            Histogram histogram = new Histogram(3);
            histogram.recordValueWithCount(micros * 1000, 1000);
            Latency latency = new Latency(HistogramData.of(histogram), HistogramData.of(histogram), null);
            Totals totals = new Totals(1, 128_000, 1000, 128_000, 1000, 1000, 1000, 0, 0, 0, null);
            Parameters parameters = new Parameters("tcp", TestKind.RR, "10.0.0.2", 64, 1, Direction.FORWARD, Loop.CLOSED,
                    null, 1_000_000_000L, null, 0, 1_000_000_000L, 1, "block", List.of(), List.of(), Map.of());
            Side side = new Side("client", 1, 0.5, 0.2, 0.3, null, 10L, 1L, 0L, 0L, 0L, 1L);
            Repeat repeat = new Repeat(0, Verdict.complete(), latency, totals, side, null);
            return new RunResult("", "2026-01-01T00:00:00Z", parameters, Verdict.complete(), PathUsed.of("tcp", "a to b"), latency, totals,
                    List.of(new Interval(0, 0, 1, 128_000, 1000, 1000L, 1000L, false)), List.of(repeat), List.of(), side, null, List.of(),
                    null, null);
        }
    }
}
