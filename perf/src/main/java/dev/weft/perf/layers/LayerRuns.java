package dev.weft.perf.layers;

import dev.weft.perf.model.RunResult;
import dev.weft.perf.model.TestKind;
import dev.weft.perf.transport.Reason;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Measures each layer in turn, lowest first. A layer that cannot be measured is a failed run with the reason, and the next one follows. */
public final class LayerRuns {
    static final String NO_CONTAINER = "no container was given; run 'weft perf server' inside a container of the other host and name its "
            + "address with --container";

    private final Measurer measurer;
    private final boolean hasContainer;

    /**
     * @param hasContainer whether there is a container to measure to
     */
    public LayerRuns(Measurer measurer, boolean hasContainer) {
        this.measurer = measurer;
        this.hasContainer = hasContainer;
    }

    /** What makes the runs. */
    public interface Measurer {
        /** @return null when the layer's transport can be used on this host, else a sentence with the remedy */
        String unusable(Layer layer);

        /**
         * One run.
         *
         * @throws IOException when nothing was measured, with the reason and the remedy
         */
        RunResult measure(Layer layer, TestKind test) throws IOException;

        /** A run that could not be made. */
        RunResult failed(Layer layer, TestKind test, String reason);

        /** Whether the user wants to go home. */
        boolean interrupted();
    }

    /** @return a run for each layer and test, lowest layer first, whose role is the layer */
    public List<RunResult> measure(Collection<Layer> layers, List<TestKind> tests) {
        List<RunResult> results = new ArrayList<>();
        for (Layer layer : layers.stream().sorted().distinct().toList()) {
            String obstacle = obstacle(layer);
            for (TestKind test : tests) {
                results.add(one(layer, test, obstacle).withRole(layer.label()));
            }
        }
        return results;
    }

    private String obstacle(Layer layer) {
        return layer.betweenContainers() && !hasContainer ? NO_CONTAINER : measurer.unusable(layer);
    }

    private RunResult one(Layer layer, TestKind test, String obstacle) {
        if (obstacle != null || measurer.interrupted()) {
            return measurer.failed(layer, test, obstacle != null ? obstacle : "interrupted by the user");
        }
        try {
            return measurer.measure(layer, test);
        } catch (IOException e) {
            return measurer.failed(layer, test, Reason.of(e));
        }
    }
}
