package dev.weft.perf.iperf3;

import java.time.Instant;
import java.util.List;

/**
 * One iperf3 test as both ends saw it.
 *
 * @param server whether this end was the server
 * @param peer address of the other end
 * @param cookie the test's name, 36 characters
 * @param begin when data began to flow
 * @param seconds measured, without the omitted ones
 * @param streams in the order of their numbers
 * @param remoteCpu null when the results of the other end did not come
 * @param failure why the test is not whole, or null
 */
public record TestReport(boolean server, TestParameters parameters, String peer, String cookie, Instant begin, double seconds,
        List<TestInterval> intervals, List<Stream> streams, Results.Cpu localCpu, Results.Cpu remoteCpu, String failure) {

    /**
     * @param sending whether this end sent
     * @param local what this end counted
     * @param remote what the other end counted, null when it did not say
     */
    public record Stream(boolean sending, Results.OfStream local, Results.OfStream remote) {
        Results.OfStream sender() {
            return sending ? local : remote;
        }

        Results.OfStream receiver() {
            return sending ? remote : local;
        }
    }

    /** Bits/s that arrived in one direction, from the receivers' counts. */
    public double receivedBitsPerSecond(boolean sending) {
        return streams.stream().filter(stream -> stream.sending() == sending && stream.receiver() != null)
                .mapToDouble(stream -> stream.receiver().bytes() * 8 / Math.max(1e-9, stream.receiver().seconds())).sum();
    }

    /** Bits/s that left in one direction, from the senders' counts. */
    public double sentBitsPerSecond(boolean sending) {
        return streams.stream().filter(stream -> stream.sending() == sending && stream.sender() != null)
                .mapToDouble(stream -> stream.sender().bytes() * 8 / Math.max(1e-9, stream.sender().seconds())).sum();
    }
}
