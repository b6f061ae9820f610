package dev.weft.perf.report;

import dev.weft.perf.model.HistogramData;
import dev.weft.perf.model.Parameters;
import dev.weft.perf.model.RunDocument;
import dev.weft.perf.model.RunResult;
import dev.weft.perf.model.TestKind;

/** How runs are named, and which of their figures speak for them. */
final class Words {
    private Words() {
    }

    static String title(RunDocument document) {
        if (document.title() != null && !document.title().isBlank()) {
            return document.title();
        }
        return document.runs().isEmpty() ? document.kind().label() : parameters(document.runs().getFirst().parameters());
    }

    /** {@code tcp rr 64 B x 4 at 10 k msg/s}. */
    static String parameters(Parameters asked) {
        if (asked == null) {
            return "run";
        }
        StringBuilder words = new StringBuilder().append(asked.transport()).append(' ').append(asked.test().label()).append(' ')
                .append(Quantity.SIZE.text(asked.messageBytes()));
        if (asked.streams() > 1) {
            words.append(" x ").append(asked.streams());
        }
        if (asked.ratePerSecond() != null) {
            words.append(" at ").append(Quantity.MESSAGE_RATE.text(asked.ratePerSecond()));
        }
        return words.toString();
    }

    /** Throughput is read in bits a second, everything else in messages. */
    static boolean isThroughput(RunResult run) {
        return run.parameters() != null && run.parameters().test() == TestKind.THROUGHPUT;
    }

    /** As {@link RunResult#felt}. */
    static HistogramData felt(RunResult run) {
        return run.felt();
    }
}
