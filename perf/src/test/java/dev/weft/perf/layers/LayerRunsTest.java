package dev.weft.perf.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.perf.RunSamples;
import dev.weft.perf.model.LayerStep;
import dev.weft.perf.model.RunDocument;
import dev.weft.perf.model.RunResult;
import dev.weft.perf.model.TestKind;
import dev.weft.perf.model.Verdict;
import dev.weft.perf.output.RunTable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LayerRunsTest {
    private static final List<TestKind> BOTH = List.of(TestKind.RR, TestKind.THROUGHPUT);
    private static final Set<Layer> ALL = EnumSet.allOf(Layer.class);

    private final Fake fake = new Fake();

    @Test
    void measuresLowestLayerFirstInWhateverOrderTheyAreNamed() {
        new LayerRuns(fake, true).measure(List.of(Layer.MESSAGE, Layer.LINK, Layer.VERBS, Layer.LINK), List.of(TestKind.RR));
        assertEquals(List.of("verbs rr", "link rr", "message rr"), fake.asked);
    }

    @Test
    void namesALayerThatCannotRunWithItsReasonAndGoesOn() {
        fake.unusable.put(Layer.VERBS, "no RDMA device");
        List<RunResult> runs = new LayerRuns(fake, true).measure(ALL, BOTH);
        assertEquals(10, runs.size());
        assertEquals(8, runs.stream().filter(run -> run.verdict().state() == Verdict.State.COMPLETE).count());
        assertEquals(List.of("no RDMA device"), runs.get(2).verdict().reasons());
        assertEquals("verbs", runs.get(2).role());
    }

    @Test
    void namesWhatIsMissingWhenNoContainerIsGiven() {
        List<RunResult> runs = new LayerRuns(fake, false).measure(ALL, List.of(TestKind.RR));
        assertEquals(List.of("wire rr", "verbs rr", "link rr"), fake.asked);
        assertTrue(runs.get(3).verdict().reasons().getFirst().contains("--container"));
        assertTrue(runs.get(4).verdict().reasons().getFirst().contains("--container"));
    }

    @Test
    void aLayerWhoseServerIsMissingCostsOnlyItself() {
        fake.failing = Layer.LINK;
        List<LayerStep> steps = LayerStep.of(new LayerRuns(fake, true).measure(ALL, BOTH));
        assertNull(steps.get(2).carriedBy());
        assertEquals("nothing listens there", steps.get(2).reason());
        assertEquals("verbs", steps.get(3).below(), "what a layer adds counts from the next one that was measured");
    }

    @Test
    void asksForNothingMoreOnceInterrupted() {
        fake.interruptAfter = 2;
        List<RunResult> runs = new LayerRuns(fake, true).measure(ALL, BOTH);
        assertEquals(2, fake.asked.size());
        assertEquals(List.of("interrupted by the user"), runs.getLast().verdict().reasons());
    }

    @Test
    void saysWhatEachLayerAdds() {
        List<LayerStep> steps = LayerStep.of(new LayerRuns(fake, true).measure(EnumSet.of(Layer.VERBS, Layer.LINK), BOTH));
        assertNull(steps.get(0).below());
        assertNull(steps.get(0).addedP50Nanos());
        assertEquals(10_000, steps.get(1).addedP50Nanos(), 20);
        assertEquals(-100e6, steps.get(1).addedBytesPerSecond(), 1);
    }

    @Test
    void theTableNamesEveryLayerAskedFor() {
        fake.unusable.put(Layer.VERBS, "no RDMA device");
        String table = RunTable.of(RunDocument.of(RunDocument.Kind.LAYERS, "test", "Layers to there",
                new LayerRuns(fake, true).measure(ALL, BOTH)), false);
        assertTrue(table.contains("verbs     not measured: no RDMA device"), table);
        assertTrue(table.matches("(?s).*link +link +30.0 us +\\+20.0 us .*5.60 Gbit/s +-22.2 %.*"), table);
        ALL.forEach(layer -> assertTrue(table.contains(System.lineSeparator() + layer.label() + " "), table));
    }

    /** Every layer takes 10 us more than the one below, and 100 MB/s less. */
    private static final class Fake implements LayerRuns.Measurer {
        private final Map<Layer, String> unusable = new EnumMap<>(Layer.class);
        private final List<String> asked = new ArrayList<>();
        private Layer failing;
        private int interruptAfter = Integer.MAX_VALUE;

        @Override
        public String unusable(Layer layer) {
            return unusable.get(layer);
        }

        @Override
        public RunResult measure(Layer layer, TestKind test) throws IOException {
            asked.add(layer.label() + " " + test.label());
            if (layer == failing) {
                throw new IOException("nothing listens there");
            }
            return test == TestKind.RR ? RunSamples.roundTrips("", layer.transport(), 10_000L * (layer.ordinal() + 1))
                    : RunSamples.throughput("", layer.transport(), 900e6 - 100e6 * layer.ordinal());
        }

        @Override
        public RunResult failed(Layer layer, TestKind test, String reason) {
            return RunSamples.failed("", layer.transport(), test, reason);
        }

        @Override
        public boolean interrupted() {
            return asked.size() >= interruptAfter;
        }
    }
}
