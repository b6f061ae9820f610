package dev.weft.perf.model;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * How late messages were, both ways of counting.
 *
 * @param raw         from the moment a message was really sent
 * @param corrected   what a user would have felt who sends by the clock. Open loop: from the intended send time. Closed loop: the raw
 *                    histogram corrected for the messages a stall kept from being sent (expected interval: the median of the raw one)
 * @param clockOffset of the receiver's clock; only for one-way tests
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Latency(HistogramData raw, HistogramData corrected, ClockOffset clockOffset) {

    /**
     * What was added to the receiver's clock.
     *
     * @param nanos            offset
     * @param uncertaintyNanos half of the shortest round trip seen while it was measured: no one-way figure is better than this
     */
    public record ClockOffset(long nanos, long uncertaintyNanos) {
    }
}
