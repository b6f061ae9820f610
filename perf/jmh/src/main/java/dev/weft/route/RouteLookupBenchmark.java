package dev.weft.route;

import dev.weft.network.IpPrefix;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Where an address lives, on a host with 3,500 endpoints and 250 peers, each address another one than the last. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RouteLookupBenchmark {
    private static final int ENDPOINTS = 3_500;
    private static final int PEERS = 250;
    private static final int QUESTIONS = 4_096;
    private static final int NETWORK4 = 10 << 24 | 42 << 16;
    private static final long NETWORK6 = 0xfd42_0000_0000_0000L;

    private final int[] locals4 = new int[QUESTIONS];
    private final int[] peers4 = new int[QUESTIONS];
    private final long[] peers6 = new long[QUESTIONS];
    private final RouteTable table = new RouteTable();
    private int next;

    @Setup
    public void setUp() throws UnknownHostException {
        for (int i = 0; i < ENDPOINTS; i++) {
            table.apply(new LocalChange(ipv4(192 << 24 | 168 << 16 | i), 1));
            table.apply(new LocalChange(ipv6(NETWORK6 + 0xffff, i), 1));
        }
        PeerRanges.Builder ranges = new PeerRanges.Builder();
        for (int i = 0; i < PEERS; i++) {
            ranges.peer(new IpPrefix(ipv4(NETWORK4 | i << 8), 24), 1, i);
            ranges.peer(new IpPrefix(ipv6(NETWORK6 + i, 0), 64), 1, i);
        }
        table.ranges(ranges.build());
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < QUESTIONS; i++) {
            locals4[i] = 192 << 24 | 168 << 16 | random.nextInt(ENDPOINTS);
            peers4[i] = NETWORK4 | random.nextInt(PEERS) << 8 | random.nextInt(256);
            peers6[i] = NETWORK6 + random.nextInt(PEERS);
        }
    }

    private static InetAddress ipv4(int address) throws UnknownHostException {
        return InetAddress.getByAddress(java.nio.ByteBuffer.allocate(4).putInt(address).array());
    }

    private static InetAddress ipv6(long high, long low) throws UnknownHostException {
        return InetAddress.getByAddress(java.nio.ByteBuffer.allocate(16).putLong(high).putLong(low).array());
    }

    private int next() {
        return next++ & QUESTIONS - 1;
    }

    @Benchmark
    public long local4() {
        return table.lookup4(locals4[next()]);
    }

    @Benchmark
    public long peer4() {
        return table.lookup4(peers4[next()]);
    }

    @Benchmark
    public long peer6() {
        return table.lookup6(peers6[next()], 7);
    }
}
