package dev.weft.perf.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.perf.RunSamples;
import dev.weft.perf.model.MeshSummary;
import dev.weft.perf.model.RunDocument;
import dev.weft.perf.model.RunResult;
import dev.weft.perf.model.TestKind;
import dev.weft.perf.model.Verdict;
import dev.weft.perf.output.RunTable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class MeshRunsTest {
    private static final List<TestKind> BOTH = List.of(TestKind.RR, TestKind.THROUGHPUT);

    private final Fake fake = new Fake();

    private static List<MeshHost> hosts(int count) {
        List<MeshHost> hosts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            hosts.add(new MeshHost("host-" + (char) ('a' + i), "192.0.2." + (i + 1)));
        }
        return hosts;
    }

    @Test
    void measuresEveryOrderedPairOnceInTheOrderOfTheMap() {
        List<RunResult> runs = new MeshRuns(fake, 4).measure(hosts(3), List.of(TestKind.RR));
        assertEquals(List.of("host-a>host-b", "host-a>host-c", "host-b>host-a", "host-b>host-c", "host-c>host-a", "host-c>host-b"),
                runs.stream().map(RunResult::role).toList());
        assertEquals(6, fake.measured.size());
    }

    @Test
    void noHostIsPartOfTwoPairsAtATime() {
        new MeshRuns(fake, 8).measure(hosts(7), BOTH);
        assertEquals(7 * 6 * 2, fake.measured.size());
        assertFalse(fake.overlapped, "a host was measured twice at a time");
        assertTrue(fake.most <= 3, fake.most + " pairs of seven hosts at once");
    }

    @Test
    void measuresSoManyPairsAtOnceAsAllowed() {
        fake.together = new CyclicBarrier(2); // each waits for another: this ends only when two run at once
        new MeshRuns(fake, 2).measure(hosts(4), List.of(TestKind.RR));
        assertEquals(12, fake.measured.size());
        assertEquals(2, fake.most);
    }

    @Test
    void aHostThatCannotBeReachedCostsOnlyItsOwnPairs() {
        fake.obstacles.put("host-b", "192.0.2.2 port 4820 cannot be reached");
        List<RunResult> runs = new MeshRuns(fake, 2).measure(hosts(3), List.of(TestKind.RR));
        assertEquals(2, fake.measured.size());
        assertEquals(4, runs.stream().filter(run -> run.verdict().state() == Verdict.State.FAILED).count());
        MeshSummary summary = RunDocument.of(RunDocument.Kind.MESH, "test", "mesh", runs).mesh();
        assertEquals(List.of("host-a", "host-b", "host-c"), summary.hosts());
        assertTrue(summary.missing().contains("host-c>host-b: 192.0.2.2 port 4820 cannot be reached"), summary.missing().toString());
    }

    @Test
    void aPairThatFailsIsMarkedAndTheOthersGoOn() {
        fake.broken = "host-a>host-c";
        List<RunResult> runs = new MeshRuns(fake, 2).measure(hosts(3), List.of(TestKind.RR));
        assertEquals(List.of("cut in the middle"), runs.get(1).verdict().reasons());
        assertEquals(5, runs.stream().filter(run -> run.verdict().state() == Verdict.State.COMPLETE).count());
    }

    @Test
    void theWorstPairIsTheOneFurthestFromTheMedian() {
        fake.slow = "host-c>host-b";
        RunDocument mesh = RunDocument.of(RunDocument.Kind.MESH, "test", "Mesh", new MeshRuns(fake, 2).measure(hosts(4), BOTH));
        assertEquals("host-c", mesh.mesh().worst().from());
        assertEquals("host-b", mesh.mesh().worst().to());
        assertEquals(10, mesh.mesh().worst().ratio(), 0.1);
        String plain = RunTable.of(mesh, false);
        assertTrue(plain.contains("worst pair: host-c > host-b"), plain);
        assertEquals(1, plain.split("200 us !!", -1).length - 1, plain);
        assertFalse(plain.contains("\033"), "no colours where nobody sees them");
        assertTrue(RunTable.of(mesh, true).contains("\033[97;41m 200 us"));
    }

    /** 20 us and 1 GB/s for every pair, ten times slower for one. */
    private static final class Fake implements MeshRuns.Measurer {
        private final Map<String, String> obstacles = new ConcurrentHashMap<>();
        private final List<String> measured = new ArrayList<>();
        private final Set<MeshHost> busy = new HashSet<>();
        private String broken = "";
        private String slow = "";
        private CyclicBarrier together;
        private boolean overlapped;
        private int now;
        private int most;

        @Override
        public String obstacle(MeshHost host) {
            return obstacles.get(host.id());
        }

        @Override
        public RunResult measure(MeshHost from, MeshHost to, TestKind test) throws IOException {
            String pair = from.id() + ">" + to.id();
            begin(from, to, pair);
            try {
                if (together != null) {
                    together.await(30, TimeUnit.SECONDS);
                }
            } catch (Exception e) {
                throw new IOException("alone", e);
            } finally {
                end(from, to);
            }
            if (pair.equals(broken)) {
                throw new IOException("cut in the middle");
            }
            int factor = pair.equals(slow) ? 10 : 1;
            return test == TestKind.RR ? RunSamples.roundTrips("", "tcp", 20_000L * factor)
                    : RunSamples.throughput("", "tcp", 1e9 / factor);
        }

        private synchronized void begin(MeshHost from, MeshHost to, String pair) {
            overlapped |= !busy.add(from) | !busy.add(to);
            measured.add(pair);
            most = Math.max(most, ++now);
        }

        private synchronized void end(MeshHost from, MeshHost to) {
            busy.remove(from);
            busy.remove(to);
            now--;
        }

        @Override
        public RunResult failed(MeshHost from, MeshHost to, TestKind test, String reason) {
            return RunSamples.failed("", "tcp", test, reason);
        }

        @Override
        public boolean interrupted() {
            return false;
        }
    }
}
