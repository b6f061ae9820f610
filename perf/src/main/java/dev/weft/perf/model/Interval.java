package dev.weft.perf.model;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * A piece of the time series.
 *
 * @param repeat            number of the repeat, from 0
 * @param t                 its begin in seconds since the repeat began, warm-up included
 * @param seconds           its length
 * @param bytesPerSecond    over all streams
 * @param messagesPerSecond over all streams
 * @param p50Nanos          raw latency of this interval; null when the test measures none
 * @param p99Nanos          the same
 * @param warmUp            whether it lies before the measured time
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Interval(int repeat, double t, double seconds, double bytesPerSecond, double messagesPerSecond, Long p50Nanos,
        Long p99Nanos, boolean warmUp) {
}
