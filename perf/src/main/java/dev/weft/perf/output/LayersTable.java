package dev.weft.perf.output;

import dev.weft.perf.model.LayerStep;
import dev.weft.perf.model.RunDocument;
import java.util.Locale;

/** A stack as text: a line a layer, with what it adds to the layer below; a layer that could not be measured has its reason. */
final class LayersTable {
    private LayersTable() {
    }

    static String of(RunDocument document) {
        StringBuilder text = new StringBuilder(document.title()).append(System.lineSeparator());
        text.append(line("layer", "carried by", "p50", "added", "p99", "added", "throughput", "change"));
        for (LayerStep step : LayerStep.of(document.runs())) {
            if (step.carriedBy() == null) {
                text.append(String.format("%-9s not measured: %s%n", step.name(), step.reason()));
                continue;
            }
            text.append(line(step.name(), step.carriedBy(), time(step.p50Nanos()), change(step.addedP50Nanos()), time(step.p99Nanos()),
                    change(step.addedP99Nanos()), step.bytesPerSecond() == null ? "-" : Units.bitRate(step.bytesPerSecond()),
                    share(step)));
            if (step.reason() != null) {
                text.append(String.format("%-9s %s%n", "", step.reason()));
            }
        }
        return text.toString();
    }

    private static String line(Object... cells) {
        return String.format("%-9s %-12s %10s %11s %10s %11s %14s %9s%n", cells);
    }

    private static String time(Long nanos) {
        return nanos == null ? "-" : Units.time(nanos);
    }

    private static String change(Long nanos) {
        return nanos == null ? "-" : (nanos < 0 ? "-" : "+") + Units.time(Math.abs(nanos));
    }

    /** Of the throughput of the layer below. */
    private static String share(LayerStep step) {
        if (step.addedBytesPerSecond() == null) {
            return "-";
        }
        double below = step.bytesPerSecond() - step.addedBytesPerSecond();
        return String.format(Locale.ROOT, "%+.1f %%", 100 * step.addedBytesPerSecond() / below);
    }
}
