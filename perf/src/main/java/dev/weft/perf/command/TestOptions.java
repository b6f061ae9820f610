package dev.weft.perf.command;

import dev.weft.perf.control.TestPlan;
import dev.weft.perf.model.Direction;
import dev.weft.perf.model.Parameters;
import dev.weft.perf.model.TestKind;
import dev.weft.perf.transport.Transport;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Option;

/** What can be asked of a test, on the command line of every command that makes one. */
final class TestOptions {
    private static final double BITS_PER_BYTE = 8;
    private static final int SMALL_MESSAGE_BYTES = 64;

    @Option(names = {"-t", "--time"}, paramLabel = "TIME", converter = Quantity.OfTime.class,
            description = "measured time: 10s, 500ms, 2m (default: 10s)")
    Long durationNanos;

    @Option(names = {"-n", "--count"}, paramLabel = "N", converter = Quantity.OfCount.class,
            description = "messages over all streams instead of a time")
    Long count;

    @Option(names = {"-O", "--warm-up"}, paramLabel = "TIME", converter = Quantity.OfTime.class,
            description = "run this long before the measured time (default: 1s, 0 with --count)")
    Long warmUpNanos;

    @Option(names = {"-i", "--interval"}, paramLabel = "TIME", converter = Quantity.OfTime.class, defaultValue = "1s",
            description = "length of an interval of the series (default: 1s)")
    Long intervalNanos = TimeUnit.SECONDS.toNanos(1);

    @Option(names = {"-P", "--streams"}, paramLabel = "N", defaultValue = "1", description = "streams at once (default: 1)")
    int streams = 1;

    @Option(names = "--repeat", paramLabel = "N", defaultValue = "1",
            description = "measure N times and give confidence intervals (default: 1)")
    int repeats = 1;

    @Option(names = {"-R", "--reverse"}, description = "from the server to the client")
    boolean reverse;

    @Option(names = "--bidirectional", description = "both ways at once, on streams of their own")
    boolean bidirectional;

    @Option(names = "--idle", paramLabel = "block|spin", defaultValue = "block",
            description = "what threads do when there is nothing to do (default: block; an open loop of round trips always spins)")
    String idle = "block";

    @Option(names = {"-A", "--cpus"}, paramLabel = "LIST", converter = Quantity.OfCpus.class,
            description = "processors of the client's streams, e.g. 0,2-3; the rest of the client keeps off them where it can")
    Quantity.CpuList cpus = Quantity.CpuList.ANY;

    @Option(names = "--server-cpus", paramLabel = "LIST", converter = Quantity.OfCpus.class,
            description = "processors of the server's streams")
    Quantity.CpuList serverCpus = Quantity.CpuList.ANY;

    @Option(names = {"-o", "--option"}, paramLabel = "KEY=VALUE",
            description = {"option of the transport, at both ends; may be given several times. Sockets: buffer=BYTES, nodelay=false,",
                "congestion=NAME, busy-poll=MICROS, tos=N. Links: kind=tcp|rdma. Verbs: op=send|write|read. Aeron: media=udp|ipc,",
                "directory=PATH of a driver that is there, server-directory=PATH of the server's, mode=shared|dedicated, mtu=BYTES"})
    Map<String, String> options = new LinkedHashMap<>();

    /** @throws IllegalArgumentException with a sentence, when the options contradict each other */
    void check() {
        Quantity.choice("idle mode", idle, java.util.List.of("block", "spin"));
        if (reverse && bidirectional) {
            throw new IllegalArgumentException("--reverse and --bidirectional exclude each other; nearest: --bidirectional");
        }
        if (count != null && durationNanos != null) {
            throw new IllegalArgumentException("--time and --count exclude each other; nearest: --time "
                    + durationNanos / 1_000_000 + "ms");
        }
        if (count != null && count <= 0) {
            throw new IllegalArgumentException("a count of " + count + " measures nothing; nearest: --count 1");
        }
        if (repeats < 1 || repeats > 100) {
            throw new IllegalArgumentException(repeats + " repeats; nearest: --repeat " + Math.clamp(repeats, 1, 100));
        }
    }

    Direction direction() {
        return bidirectional ? Direction.BOTH : reverse ? Direction.REVERSE : Direction.FORWARD;
    }

    /** @param bytes 0 for the transport's usual size */
    static int size(long bytes, TestKind test, Transport transport) {
        if (bytes > 0) {
            return (int) Math.min(Integer.MAX_VALUE, bytes);
        }
        return test == TestKind.THROUGHPUT ? transport.traits().usualBytes() : SMALL_MESSAGE_BYTES;
    }

    /** @param rate messages a second, 0 for a closed loop */
    TestPlan plan(String transport, TestKind test, int bytes, double rate, int repeat) {
        return new TestPlan(transport, test, bytes, streams, direction(), rate, count == null ? duration() : 0,
                count == null ? 0 : count, warmUp(), intervalNanos, idle.equals("spin"), serverCpus.cpus(), options, repeat);
    }

    Parameters parameters(TestPlan plan, String host) {
        return plan.toParameters(host, repeats, cpus.cpus());
    }

    long duration() {
        return durationNanos == null ? TimeUnit.SECONDS.toNanos(10) : durationNanos;
    }

    long warmUp() {
        return warmUpNanos != null ? warmUpNanos : count == null ? TimeUnit.SECONDS.toNanos(1) : 0;
    }

    /** Messages of a size that make a bit rate. */
    static double messagesPerSecond(double bitsPerSecond, int bytes) {
        return bitsPerSecond / BITS_PER_BYTE / bytes;
    }
}
