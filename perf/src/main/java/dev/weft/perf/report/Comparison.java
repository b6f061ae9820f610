package dev.weft.perf.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.perf.model.Confidence;
import dev.weft.perf.model.Parameters;
import dev.weft.perf.model.RunDocument;
import dev.weft.perf.model.RunResult;
import dev.weft.perf.model.Verdict;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * Two documents of the same kind, run by run: the role says which belong together.
 *
 * @param rows    every figure that both have
 * @param checks  one for each threshold and pair of runs, and one for each run that cannot be compared
 * @param remarks what a reader must know before believing the rows
 */
record Comparison(List<Row> rows, List<Check> checks, List<String> remarks) {
    private static final List<String> SHOWN = List.of("throughput", "messages", "p50", "p99", "p99.9", "max", "cpu", "lost");
    /** Names of figures in {@link Confidence}. */
    private static final Map<String, String> CONFIDENCE = Map.of("throughput", "bytesPerSecond", "messages", "messagesPerSecond", "p50",
            "p50Nanos", "p99", "p99Nanos", "p99.9", "p999Nanos");

    /** @param isNoise whether the confidence intervals of the repeats overlap; null when there are none */
    record Row(String run, Metric metric, double base, double now, Boolean isNoise) {
        double percent() {
            return Threshold.percent(base, now);
        }
    }

    record Check(String name, boolean ok, String detail) {
    }

    static Comparison of(RunDocument base, RunDocument now, List<Threshold> thresholds) {
        Comparison comparison = new Comparison(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        Map<String, RunResult> news = byRole(now);
        Map<String, RunResult> bases = byRole(base);
        bases.forEach((role, run) -> comparison.compare(label(role), run, news.get(role), thresholds));
        thresholds.stream().map(threshold -> comparison.neverChecked(threshold)).filter(Objects::nonNull).forEach(comparison.checks::add);
        news.keySet().stream().filter(role -> !bases.containsKey(role))
                .forEach(role -> comparison.remarks.add(label(role) + " is only in NEW"));
        if (bases.isEmpty() && news.isEmpty()) {
            comparison.checks.add(new Check("runs", false, "neither BASE nor NEW holds a run"));
        }
        return comparison;
    }

    /** @return null when the threshold was held against some run; one that was not must not pass in silence */
    private Check neverChecked(Threshold threshold) {
        boolean checked = checks.stream().anyMatch(check -> check.name().endsWith(" " + threshold.text()));
        return checked ? null : new Check(threshold.text(), false, "no run has " + threshold.metric().name());
    }

    private static Map<String, RunResult> byRole(RunDocument document) {
        Map<String, RunResult> runs = new LinkedHashMap<>();
        for (RunResult run : document.runs()) {
            runs.putIfAbsent(key(document.kind(), run), run);
        }
        return runs;
    }

    /** Layers and pairs of a mesh have a run for each test. */
    private static String key(RunDocument.Kind kind, RunResult run) {
        String role = kind == RunDocument.Kind.RUN || run.role() == null ? "" : run.role();
        boolean several = kind == RunDocument.Kind.LAYERS || kind == RunDocument.Kind.MESH;
        return several && run.parameters() != null ? role + " " + run.parameters().test().label() : role;
    }

    private static String label(String role) {
        return role.isEmpty() ? "run" : role;
    }

    private void compare(String label, RunResult base, RunResult now, List<Threshold> thresholds) {
        if (now == null) {
            checks.add(new Check(label, false, "is missing in NEW"));
            return;
        }
        for (RunResult each : new RunResult[] {base, now}) {
            if (each.verdict().state() != Verdict.State.COMPLETE) {
                checks.add(new Check(label + " complete", false, (each == base ? "BASE is " : "NEW is ") + each.verdict().state().label()
                        + ": " + String.join(" ", each.verdict().reasons())));
            }
        }
        differences(label, base.parameters(), now.parameters());
        for (String name : SHOWN) {
            Metric metric = Metric.of(name);
            Double was = metric.value().apply(base);
            Double is = metric.value().apply(now);
            if (was != null && is != null) {
                rows.add(new Row(label, metric, was, is, isNoise(name, base, now)));
            }
        }
        thresholds.forEach(threshold -> check(label, threshold, base, now));
    }

    private void check(String label, Threshold threshold, RunResult base, RunResult now) {
        Double was = threshold.of(base);
        Double is = threshold.of(now);
        if (was == null && is == null) {
            return; // meant for runs that have it; that there is none at all is found out in the end
        }
        if (is == null || was == null && threshold.kind() != Threshold.Kind.LIMIT) {
            checks.add(new Check(label + " " + threshold.text(), false,
                    (is == null ? "NEW" : "BASE") + " has no " + threshold.metric().name()));
            return;
        }
        Quantity quantity = threshold.metric().quantity();
        String from = was == null ? "unknown" : quantity.text(was);
        checks.add(new Check(label + " " + threshold.text(), !threshold.isBroken(was == null ? 0 : was, is),
                from + " -> " + quantity.text(is) + (was == null ? "" : " (" + percentText(Threshold.percent(was, is)) + ")")));
    }

    private void differences(String label, Parameters base, Parameters now) {
        if (base == null || now == null) {
            return;
        }
        difference(label, "transport", base.transport(), now.transport());
        difference(label, "test", base.test(), now.test());
        difference(label, "message size", base.messageBytes(), now.messageBytes());
        difference(label, "streams", base.streams(), now.streams());
        difference(label, "direction", base.direction(), now.direction());
        difference(label, "loop", base.loop(), now.loop());
        difference(label, "rate", base.ratePerSecond(), now.ratePerSecond());
    }

    private void difference(String label, String what, Object base, Object now) {
        if (!Objects.equals(base, now)) {
            remarks.add(label + ": not the same was measured, " + what + " is " + base + " in BASE and " + now + " in NEW");
        }
    }

    private static Boolean isNoise(String name, RunResult base, RunResult now) {
        Confidence was = confidence(name, base);
        Confidence is = confidence(name, now);
        return was == null || is == null ? null : was.low() <= is.high() && is.low() <= was.high();
    }

    private static Confidence confidence(String name, RunResult run) {
        return run.confidence().stream().filter(each -> each.metric().equals(CONFIDENCE.get(name))).findFirst().orElse(null);
    }

    boolean isBroken() {
        return checks.stream().anyMatch(check -> !check.ok());
    }

    static String percentText(double percent) {
        return Double.isInfinite(percent) ? "from 0" : String.format(Locale.ROOT, "%+.1f %%", percent);
    }

    /** For people. */
    String text() {
        StringBuilder text = new StringBuilder(String.format("%-18s %-12s %16s %16s %10s%n", "RUN", "FIGURE", "BASE", "NEW", "CHANGE"));
        for (Row row : rows) {
            text.append(String.format("%-18s %-12s %16s %16s %10s%s%n", row.run(), row.metric().name(),
                    row.metric().quantity().text(row.base()), row.metric().quantity().text(row.now()), percentText(row.percent()),
                    row.isNoise() == null ? "" : row.isNoise() ? "  within the noise" : "  beyond the noise"));
        }
        remarks.forEach(remark -> text.append("note: ").append(remark).append(System.lineSeparator()));
        for (Check check : checks) {
            text.append(check.ok() ? "ok      " : "BROKEN  ").append(check.name()).append(": ").append(check.detail())
                    .append(System.lineSeparator());
        }
        return text.toString();
    }

    /** {@code rows} and {@code checks}, as every measuring command prints them. */
    ObjectNode json() {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        ArrayNode list = root.putArray("rows");
        for (Row row : rows) {
            ObjectNode entry = list.addObject().put("system", row.run()).put("test", row.metric().name()).put("base", row.base())
                    .put("new", row.now()).put("unit", row.metric().quantity().unit(0).name());
            if (Double.isFinite(row.percent())) {
                entry.put("change_percent", row.percent());
            }
            if (row.isNoise() != null) {
                entry.put("within_noise", row.isNoise());
            }
        }
        ArrayNode verdicts = root.putArray("checks");
        checks.forEach(check -> verdicts.addObject().put("name", check.name()).put("ok", check.ok()).put("detail", check.detail()));
        ArrayNode notes = root.putArray("remarks");
        remarks.forEach(notes::add);
        return root;
    }
}
