package dev.weft.perf.control;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import dev.weft.perf.model.Direction;
import dev.weft.perf.model.Loop;
import dev.weft.perf.model.Parameters;
import dev.weft.perf.model.TestKind;
import dev.weft.perf.rig.MessageSize;
import dev.weft.perf.rig.Timing;
import dev.weft.perf.transport.Transport;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * One repeat of a test, as the client asks for it. Fields as in {@link dev.weft.perf.model.Parameters}.
 *
 * @param count         messages over all streams, 0 when timed
 * @param durationNanos 0 when counted
 * @param ratePerSecond over all streams, 0 for a closed loop
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TestPlan(String transport, TestKind test, int messageBytes, int streams, Direction direction, double ratePerSecond,
        long durationNanos, long count, long warmUpNanos, long intervalNanos, boolean spin, List<Integer> serverCpus,
        Map<String, String> options, int repeat) {
    public static final int MAX_STREAMS = 128;
    public static final int MAX_INTERVALS = 100_000;
    static final long MAX_NANOS = TimeUnit.DAYS.toNanos(7);
    private static final long MAX_MEMORY = 512L << 20;
    private static final double MAX_RATE = 1e8;
    private static final String NO_DELAY = "nodelay";
    private static final long LEAST_SILENCE_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final int SILENT_MESSAGES = 4;

    public TestPlan {
        serverCpus = serverCpus == null ? List.of() : List.copyOf(serverCpus);
        options = options == null ? Map.of() : Map.copyOf(options);
    }

    /** Whether requests and responses go back and forth, rather than messages one way. */
    @JsonIgnore
    public boolean isRoundTrip() {
        return test == TestKind.RR || test == TestKind.CRR;
    }

    @JsonIgnore
    public boolean isOpenLoop() {
        return ratePerSecond > 0;
    }

    /** Streams on the wire: both directions have their own. */
    @JsonIgnore
    public int totalStreams() {
        return direction == Direction.BOTH ? 2 * streams : streams;
    }

    /** Whether messages of a stream travel from client to server. */
    public boolean goesForward(int stream) {
        return direction == Direction.FORWARD || direction == Direction.BOTH && stream < streams;
    }

    /** Messages stream {@code i} sends before it is done. */
    public long limit(int stream) {
        if (count == 0) {
            return Long.MAX_VALUE;
        }
        int i = stream % streams;
        return count / streams + (i < count % streams ? 1 : 0);
    }

    /**
     * Options as the transport gets them. Bulk data is packed into full segments, as by iperf3: without Nagle's algorithm every message
     * would end in a segment of its own.
     */
    public Map<String, String> transportOptions() {
        if (test != TestKind.THROUGHPUT || options.containsKey(NO_DELAY)) {
            return options;
        }
        Map<String, String> all = new HashMap<>(options);
        all.put(NO_DELAY, "false");
        return all;
    }

    /** How long a counted stream may be silent before that is taken for its end: nobody tells the end of datagrams. */
    public long silenceNanos(Transport.Traits traits) {
        long interval = isOpenLoop() ? (long) (TimeUnit.SECONDS.toNanos(1) / ratePerSecond * streams) : 0;
        return traits.reliable() ? Long.MAX_VALUE : Math.max(LEAST_SILENCE_NANOS, SILENT_MESSAGES * interval);
    }

    @JsonIgnore
    public Timing timing() {
        return new Timing(warmUpNanos, count > 0 ? Timing.UNTIL_DONE : durationNanos, intervalNanos, repeat);
    }

    /**
     * The plan as results show it.
     *
     * @param host       server, as the user named it
     * @param repeats    how often it is carried out
     * @param clientCpus processors of the client's streams
     */
    public Parameters toParameters(String host, int repeats, List<Integer> clientCpus) {
        return new Parameters(transport, test, host, messageBytes, streams, direction, isOpenLoop() ? Loop.OPEN : Loop.CLOSED,
                isOpenLoop() ? ratePerSecond : null, count == 0 ? durationNanos : null, count == 0 ? null : count, warmUpNanos,
                intervalNanos, repeats, spin ? "spin" : "block", clientCpus, serverCpus, options);
    }

    /**
     * @return null when the plan makes sense on a transport, else a sentence with the nearest plan that does
     */
    public String problem(Transport.Traits traits) {
        if (test == null || direction == null || transport == null) {
            return "the test, its direction or its transport is missing";
        }
        if (messageBytes < MessageSize.MIN_BYTES) {
            return "a message of " + messageBytes + " bytes is too small for its sequence and times; nearest: --size "
                    + MessageSize.MIN_BYTES;
        }
        if (messageBytes > traits.maxMessageBytes()) {
            return "a message of " + messageBytes + " bytes is too large for " + transport + "; nearest: --size "
                    + traits.maxMessageBytes();
        }
        if (streams < 1 || streams > MAX_STREAMS) {
            return streams + " streams; nearest: --streams " + Math.clamp(streams, 1, MAX_STREAMS);
        }
        if (2L * messageBytes * totalStreams() > MAX_MEMORY) {
            return "messages of " + messageBytes + " bytes on " + totalStreams() + " streams need more than " + (MAX_MEMORY >> 20)
                    + " MiB; nearest: --streams " + Math.max(1, MAX_MEMORY / 2 / messageBytes / (totalStreams() / streams));
        }
        if (test == TestKind.CRR && !traits.connects()) {
            return "test crr needs a transport that connects, and " + transport + " does not; nearest: --test rr, or --transport tcp";
        }
        if (isRoundTrip() && direction != Direction.FORWARD) {
            return "test " + test.label() + " goes both ways by itself; leave --reverse and --bidirectional out";
        }
        if (test == TestKind.CRR && isOpenLoop()) {
            return "test crr has no open loop; leave --rate out, or use --test rr";
        }
        return timeProblem();
    }

    private String timeProblem() {
        if (!(ratePerSecond >= 0 && ratePerSecond <= MAX_RATE)) {
            return "a rate of " + ratePerSecond + " messages a second; nearest: --rate " + (long) MAX_RATE;
        }
        if (count < 0 || count == 0 && durationNanos <= 0) {
            return "a test needs a duration or a count above 0; nearest: --time 10s";
        }
        if (durationNanos > MAX_NANOS || warmUpNanos < 0 || warmUpNanos > MAX_NANOS) {
            return "times are limited to 7 days; nearest: --time 7d";
        }
        long shortest = Math.max(TimeUnit.MILLISECONDS.toNanos(10), (durationNanos + warmUpNanos) / MAX_INTERVALS + 1);
        if (intervalNanos < shortest) {
            return "intervals of " + intervalNanos + " ns are too short for this test; nearest: --interval "
                    + (shortest + 999_999) / 1_000_000 + "ms";
        }
        return null;
    }
}
