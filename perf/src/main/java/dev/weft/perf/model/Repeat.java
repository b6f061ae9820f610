package dev.weft.perf.model;

import com.fasterxml.jackson.annotation.JsonInclude;

/** One repeat of a run by itself; the fields mean what they mean in {@link RunResult}. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Repeat(int number, Verdict verdict, Latency latency, Totals totals, Side client, Side server) {
}
