package dev.weft.perf.model;

/**
 * A figure over the repeats.
 *
 * @param metric {@code bytesPerSecond}, {@code messagesPerSecond}, {@code p50Nanos}, {@code p99Nanos}, {@code p999Nanos}
 * @param mean   over the repeats
 * @param low    lower end of the interval
 * @param high   upper end of the interval
 * @param level  probability that the interval holds the true mean (Student's t), 0.95
 */
public record Confidence(String metric, double mean, double low, double high, double level) {
}
