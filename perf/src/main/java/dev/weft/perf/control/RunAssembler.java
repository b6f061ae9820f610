package dev.weft.perf.control;

import dev.weft.perf.measure.AgentReport;
import dev.weft.perf.model.Direction;
import dev.weft.perf.model.HistogramData;
import dev.weft.perf.model.Interval;
import dev.weft.perf.model.Latency;
import dev.weft.perf.model.Parameters;
import dev.weft.perf.model.PathUsed;
import dev.weft.perf.model.Repeat;
import dev.weft.perf.model.RunResult;
import dev.weft.perf.model.Side;
import dev.weft.perf.model.TestKind;
import dev.weft.perf.model.Totals;
import dev.weft.perf.model.Verdict;
import dev.weft.perf.rig.EndReport;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;

/** Makes one {@link RunResult} of the outcomes of its repeats: decides which end's figures count, judges, merges. */
public final class RunAssembler {
    /** An open loop that sent or got back less than this part of what was due has missed its rate. */
    static final double RATE_KEPT = 0.99;
    private static final long WALL_STEP_MILLIS = 100;

    private RunAssembler() {
    }

    /** @param outcomes at least one */
    public static RunResult assemble(String startedAt, Parameters parameters, TestPlan plan, List<Outcome> outcomes) {
        List<Repeat> repeats = new ArrayList<>();
        List<Interval> intervals = new ArrayList<>();
        for (Outcome outcome : outcomes) {
            repeats.add(repeat(repeats.size(), parameters, plan, outcome));
            intervals.addAll(intervals(plan, outcome));
        }
        Outcome last = outcomes.getLast();
        Totals totals = Merging.totals(repeats.stream().map(Repeat::totals).toList());
        Latency latency = Merging.latency(repeats.stream().map(Repeat::latency).toList());
        Verdict verdict = Merging.verdict(repeats.stream().map(Repeat::verdict).toList());
        return new RunResult("", startedAt, parameters, verdict, path(plan, outcomes), latency, totals, intervals, repeats,
                Statistics.confidence(repeats), Merging.side(repeats.stream().map(Repeat::client).toList(), totals.bytes()),
                Merging.side(repeats.stream().map(Repeat::server).toList(), totals.bytes()), agents(outcomes, totals.bytes()),
                last.clientHost(), last.serverHost());
    }

    /** A run that never began. */
    public static RunResult failed(String startedAt, Parameters parameters, String reason) {
        return new RunResult("", startedAt, parameters, Verdict.failed(reason), PathUsed.of(parameters.transport(), "none"), null, null,
                List.of(), List.of(), List.of(), null, null, List.of(), null, null);
    }

    private static Repeat repeat(int number, Parameters parameters, TestPlan plan, Outcome outcome) {
        Totals totals = totals(plan, outcome);
        return new Repeat(number, verdict(plan, outcome, totals), latency(plan, outcome), totals,
                perByte(outcome.client().cost(), totals.bytes()),
                outcome.server() == null ? null : perByte(outcome.server().cost(), totals.bytes()));
    }

    /** The ends at which messages arrive: what they say counts. */
    private static List<EndReport> receivers(TestPlan plan, Outcome outcome) {
        boolean client = plan.isRoundTrip() || plan.direction() != Direction.FORWARD;
        boolean server = !plan.isRoundTrip() && plan.direction() != Direction.REVERSE;
        return Stream.of(client ? outcome.client() : null, server ? outcome.server() : null).filter(end -> end != null).toList();
    }

    private static Totals totals(TestPlan plan, Outcome outcome) {
        List<EndReport> receivers = receivers(plan, outcome);
        if (receivers.isEmpty()) {
            return fromIntervals(outcome);
        }
        double seconds = receivers.stream().mapToDouble(EndReport::seconds).max().orElse(0);
        double bytesPerSecond = receivers.stream().mapToDouble(end -> rate(end.bytes(), end.seconds())).sum();
        double messagesPerSecond = receivers.stream().mapToDouble(end -> rate(end.messages(), end.seconds())).sum();
        long sent = sent(plan, outcome);
        long received = receivers.stream().mapToLong(EndReport::received).sum();
        boolean bothKnown = outcome.server() != null;
        long lost = plan.isRoundTrip() || !bothKnown ? receivers.stream().mapToLong(EndReport::lost).sum() : Math.max(0, sent - received);
        Long retransmits = outcome.client().retransmits() == null ? null : outcome.client().retransmits()
                + (outcome.server() == null || outcome.server().retransmits() == null ? 0 : outcome.server().retransmits());
        return new Totals(seconds, receivers.stream().mapToLong(EndReport::bytes).sum(),
                receivers.stream().mapToLong(EndReport::messages).sum(), bytesPerSecond, messagesPerSecond, sent, received,
                openLoopLost(plan, outcome, lost), receivers.stream().mapToLong(EndReport::duplicated).sum(),
                receivers.stream().mapToLong(EndReport::reordered).sum(), retransmits);
    }

    private static long openLoopLost(TestPlan plan, Outcome outcome, long lost) {
        return plan.test() == TestKind.RR && plan.isOpenLoop() ? outcome.client().sent() - outcome.client().received() : lost;
    }

    private static double rate(long amount, double seconds) {
        return seconds > 0 ? amount / seconds : 0;
    }

    private static long sent(TestPlan plan, Outcome outcome) {
        if (plan.isRoundTrip()) {
            return outcome.client().sent();
        }
        return outcome.client().sent() + (outcome.server() == null ? 0 : outcome.server().sent());
    }

    /** The server is gone and only it saw the messages: what it had told until then. */
    private static Totals fromIntervals(Outcome outcome) {
        List<Interval> measured = outcome.serverIntervals().stream().filter(interval -> !interval.warmUp()).toList();
        double seconds = measured.stream().mapToDouble(Interval::seconds).sum();
        long bytes = Math.round(measured.stream().mapToDouble(interval -> interval.bytesPerSecond() * interval.seconds()).sum());
        long messages = Math.round(measured.stream().mapToDouble(interval -> interval.messagesPerSecond() * interval.seconds()).sum());
        return new Totals(seconds, bytes, messages, rate(bytes, seconds), rate(messages, seconds), outcome.client().sent(), messages, 0, 0,
                0, outcome.client().retransmits());
    }

    private static Latency latency(TestPlan plan, Outcome outcome) {
        List<EndReport> timed = receivers(plan, outcome).stream().filter(end -> end.raw() != null).toList();
        if (timed.isEmpty()) {
            return null;
        }
        Histogram raw = Merging.histogram(timed.stream().map(EndReport::raw).toList());
        List<HistogramData> known = timed.stream().map(EndReport::corrected).filter(data -> data != null).toList();
        Histogram corrected = plan.isOpenLoop() && !known.isEmpty() ? Merging.histogram(known)
                : raw.copyCorrectedForCoordinatedOmission(Math.max(1, raw.getValueAtPercentile(50)));
        return new Latency(HistogramData.of(raw), HistogramData.of(corrected),
                plan.test() == TestKind.ONEWAY ? outcome.clockOffset() : null);
    }

    private static List<Interval> intervals(TestPlan plan, Outcome outcome) {
        boolean fromServer = !plan.isRoundTrip() && plan.direction() == Direction.FORWARD;
        if (!fromServer) {
            return outcome.client().intervals();
        }
        return outcome.server() == null ? outcome.serverIntervals() : outcome.server().intervals();
    }

    static Verdict verdict(TestPlan plan, Outcome outcome, Totals totals) {
        List<String> reasons = new ArrayList<>();
        boolean missed = plan.isOpenLoop() && outcome.early() == null && missedRate(plan, outcome, totals, reasons);
        if (outcome.early() != null) {
            reasons.add("ended early: " + outcome.early());
        }
        if (Math.abs(outcome.wallStepMillis()) > WALL_STEP_MILLIS) {
            reasons.add("the wall clock was moved by " + outcome.wallStepMillis() + " ms during the run; all figures are of the monotonic "
                    + "clock and not affected");
        }
        boolean nothing = totals.messages() == 0;
        if (nothing) {
            reasons.add("no message was delivered in the measured time");
        }
        Verdict.State state = nothing || missed ? Verdict.State.FAILED
                : outcome.early() != null ? Verdict.State.PARTIAL : Verdict.State.COMPLETE;
        return new Verdict(state, reasons, missed);
    }

    private static boolean missedRate(TestPlan plan, Outcome outcome, Totals totals, List<String> reasons) {
        boolean missed = false;
        for (EndReport end : Stream.of(outcome.client(), outcome.server()).filter(end -> end != null && end.scheduled() > 0).toList()) {
            if (end.sentInTime() < RATE_KEPT * end.scheduled()) {
                missed = true;
                reasons.add(String.format(java.util.Locale.ROOT, "missed the rate: of %d messages due, %d were sent (%.1f %%)",
                        end.scheduled(), end.sentInTime(), 100.0 * end.sentInTime() / end.scheduled()));
            }
        }
        if (!missed && plan.count() == 0 && totals.sent() > 0 && totals.lost() > (1 - RATE_KEPT) * totals.sent()) {
            missed = true;
            reasons.add(String.format(java.util.Locale.ROOT, "missed the rate: %d of %d messages never arrived (%.1f %%)", totals.lost(),
                    totals.sent(), 100.0 * totals.lost() / totals.sent()));
        }
        return missed;
    }

    private static Side perByte(Side side, long bytes) {
        return side == null ? null : Merging.perGigabyte(side, bytes);
    }

    private static PathUsed path(TestPlan plan, List<Outcome> outcomes) {
        List<AgentReport> reports = outcomes.stream().flatMap(o -> Stream.of(o.clientAgent(), o.serverAgent())).filter(r -> r != null)
                .toList();
        EndReport client = outcomes.getLast().client();
        String transport = plan.transport().equals("link") && client.description().contains("rdma") ? "link-rdma"
                : plan.transport().equals("link") ? "link-tcp" : plan.transport();
        if (reports.isEmpty()) {
            return PathUsed.of(transport, client.description());
        }
        Map<String, Long> moved = new LinkedHashMap<>();
        reports.forEach(report -> report.moved().forEach((name, change) -> moved.merge(report.host() + "." + name, change, Long::sum)));
        List<String> paths = reports.stream().flatMap(report -> report.paths().values().stream()).distinct().toList();
        String fabric = paths.isEmpty() ? "none" : paths.size() == 1 ? paths.getFirst() : "changing";
        return new PathUsed(transport, client.description(), fabric, sum(reports, "path_to_tcp"),
                sum(reports, "back_pressure_waits") + sum(reports, "loop_stalls"), moved,
                reports.stream().flatMap(report -> report.remarks().stream()).distinct().toList());
    }

    private static long sum(List<AgentReport> reports, String counter) {
        return reports.stream().mapToLong(report -> report.moved().getOrDefault(counter, 0L)).sum();
    }

    private static List<Side> agents(List<Outcome> outcomes, long bytes) {
        List<Side> sides = new ArrayList<>();
        for (Function<Outcome, AgentReport> end : List.<Function<Outcome, AgentReport>>of(Outcome::clientAgent, Outcome::serverAgent)) {
            List<Side> costs = outcomes.stream().map(end).filter(report -> report != null && report.cost() != null).map(AgentReport::cost)
                    .toList();
            if (!costs.isEmpty() && sides.stream().noneMatch(side -> side.name().equals(costs.getFirst().name()))) {
                sides.add(Merging.side(costs, bytes));
            }
        }
        return sides;
    }
}
