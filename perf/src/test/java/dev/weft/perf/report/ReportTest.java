package dev.weft.perf.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.perf.RunSamples;
import dev.weft.perf.model.RunDocument;
import dev.weft.perf.model.RunResult;
import dev.weft.perf.model.TestKind;
import java.io.ByteArrayInputStream;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class ReportTest {
    @Test
    void escapesWhatHostsCallThemselves() {
        String page = Page.of(List.of(Fixtures.single(Fixtures.HOSTILE, 30_000), Fixtures.mesh()));
        assertFalse(page.contains("<script>document"), "a host name became a script");
        assertTrue(page.contains("&lt;script&gt;document"));
        assertEquals("a\uFFFDb", Html.escape("a\u202Eb"), "marks that turn the direction do not get through");
    }

    @Test
    void needsNothingFromOutside() {
        String page = Page.of(List.of(Fixtures.single("x", 30_000)));
        assertFalse(page.matches("(?s).*(src=|href=|url\\(|@import).*"), "something would be fetched");
    }

    @Test
    void drawsRawAndCorrectedCurvesOfEveryRun() {
        Chart chart = Charts.of(List.of(Fixtures.single("a", 30_000), Fixtures.single("b", 60_000))).getFirst();
        assertEquals(List.of("a · raw", "a · corrected", "b · raw", "b · corrected"),
                chart.series().stream().map(Chart.Series::name).toList());
        assertEquals(0.5, new PercentileAxis(4).place(99), 1e-9, "two of four nines are half of the axis");
    }

    @Test
    void marksTheRateThatWasMissed() {
        Chart chart = Charts.of(List.of(Fixtures.sweep())).stream().filter(each -> each.id().startsWith("latency-by-load")).findFirst()
                .orElseThrow();
        assertTrue(chart.series().getFirst().points().getLast().hollow());
        assertFalse(chart.series().getFirst().points().getFirst().hollow());
    }

    @Test
    void paintsAPictureWithoutADisplay() throws Exception {
        assertNotNull(ImageIO.read(new ByteArrayInputStream(PngChart.of(Charts.of(List.of(Fixtures.single("a", 30_000))).getFirst()))));
    }

    @Test
    void namesTheWorstPairOfAMeshAndColoursIt() {
        String page = Page.of(List.of(Fixtures.mesh()));
        assertTrue(page.contains("Worst pair: <b>hostb &gt; hostc</b>"), "the fixture's slow pair");
        assertTrue(page.indexOf("id=\"mesh\"") < page.indexOf("id=\"summary\""), "the map comes first");
    }

    @Test
    void namesALayerThatWasNotMeasured() {
        List<RunResult> runs = List.of(RunSamples.failed("verbs", "verbs", TestKind.RR, "no <device>"),
                RunSamples.roundTrips("link", "link-tcp", 20_000), RunSamples.throughput("link", "link-tcp", 1e9));
        String page = Page.of(List.of(RunDocument.of(RunDocument.Kind.LAYERS, "test", "Layers", runs)));
        assertTrue(page.contains("verbs: not measured, no &lt;device&gt;"), "the reason is there, and harmless");
        assertTrue(page.contains("link, throughput"), "a layer has a row for each test");
    }
}
