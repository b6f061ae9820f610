package dev.weft.perf.output;

import dev.weft.perf.model.HistogramData;
import dev.weft.perf.model.RunDocument;
import dev.weft.perf.model.RunResult;
import dev.weft.perf.model.Totals;

/** One line a run under a heading; figures empty where there are none. */
public final class RunCsv {
    private static final String HEADING = "role,transport,test,message_bytes,streams,rate_per_second,bytes_per_second,messages_per_second,"
            + "p50_ns,p90_ns,p99_ns,p999_ns,p9999_ns,p99999_ns,max_ns,raw_p50_ns,raw_p99_ns,lost,client_cpu_s,server_cpu_s,verdict";

    private RunCsv() {
    }

    public static String of(RunDocument document) {
        StringBuilder text = new StringBuilder(HEADING).append('\n');
        for (RunResult run : document.runs()) {
            Totals totals = run.totals();
            HistogramData latency = run.latency() == null ? null : run.latency().corrected();
            HistogramData raw = run.latency() == null ? null : run.latency().raw();
            Object[] cells = {quoted(run.role()), run.path().transport(), run.parameters().test().label(), run.parameters().messageBytes(),
                run.parameters().streams(), run.parameters().ratePerSecond(), totals == null ? null : totals.bytesPerSecond(),
                totals == null ? null : totals.messagesPerSecond(), latency == null ? null : latency.p50Nanos(),
                latency == null ? null : latency.p90Nanos(), latency == null ? null : latency.p99Nanos(),
                latency == null ? null : latency.p999Nanos(), latency == null ? null : latency.p9999Nanos(),
                latency == null ? null : latency.p99999Nanos(), latency == null ? null : latency.maxNanos(),
                raw == null ? null : raw.p50Nanos(), raw == null ? null : raw.p99Nanos(), totals == null ? null : totals.lost(),
                run.client() == null ? null : run.client().cpuSeconds(), run.server() == null ? null : run.server().cpuSeconds(),
                run.verdict().state().label()};
            for (int i = 0; i < cells.length; i++) {
                text.append(i == 0 ? "" : ",").append(cells[i] == null ? "" : cells[i]);
            }
            text.append('\n');
        }
        return text.toString();
    }

    private static String quoted(String text) {
        return text.matches("[^\",\\n]*") ? text : '"' + text.replace("\"", "\"\"") + '"';
    }
}
