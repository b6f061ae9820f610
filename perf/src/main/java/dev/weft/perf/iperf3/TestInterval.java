package dev.weft.perf.iperf3;

/**
 * What all streams of a test moved between two moments.
 *
 * @param begin seconds since data began to flow, omitted seconds included
 * @param end likewise
 * @param sent bytes this end sent
 * @param received bytes this end received
 * @param omitted does not count
 */
public record TestInterval(double begin, double end, long sent, long received, boolean omitted) {
    double seconds() {
        return Math.max(1e-9, end - begin);
    }
}
