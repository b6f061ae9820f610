package dev.weft.rdma;

import static dev.weft.rdma.SimPair.MILLI;
import static dev.weft.rdma.SimPair.SECOND;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.weft.counters.CounterId;
import dev.weft.rdma.verbs.RdmaDevice;
import dev.weft.session.RdmaPolicy;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * Whole sessions over simulated RDMA and TCP under random schedules of faults, judged frame by frame ({@link SimHost}). A failing seed and
 * what was done to it are in the message; {@code -Dweft.seed=N} runs it alone.
 */
class SessionFaultTest {
    private static final int SEEDS = 1_000;
    private static final int ROUNDS = 5;

    private long toRdma;
    private long toTcp;
    private long replayed;
    private long sessionsLost;
    private long frames;
    private long missing;

    @BeforeAll
    static void onlyErrorsAreNews() {
        ((Logger) LoggerFactory.getLogger("dev.weft")).setLevel(Level.ERROR);
    }

    @AfterAll
    static void everythingIsNewsAgain() {
        ((Logger) LoggerFactory.getLogger("dev.weft")).setLevel(null);
    }

    private void run(long seed) {
        RdmaDevice.Kind kind = seed % 2 == 0 ? RdmaDevice.Kind.IWARP : RdmaDevice.Kind.INFINIBAND;
        boolean required = seed % 8 == 0;
        SimPair pair = new SimPair(seed, kind, required ? RdmaPolicy.REQUIRE : RdmaPolicy.PREFER);
        FaultSchedule faults = new FaultSchedule(pair);
        try {
            for (int round = 0; round < ROUNDS; round++) {
                if (pair.random.nextInt(4) > 0) {
                    pair.world.runFor(6 * SECOND);
                    pair.heal();
                    pair.onRdma();
                }
                pair.traffic(60 * MILLI);
                faults.within(60 * MILLI);
                pair.world.runFor(pair.random.nextLong(300 * MILLI));
                pair.traffic(20 * MILLI);
                count(pair);
            }
            pair.world.runFor(8 * SECOND);
            pair.finish();
            assertTrue(!required || pair.network.dataFrames() == 0,
                    () -> pair.network.dataFrames() + " data frames over TCP although RDMA is required");
            frames += pair.a.sent + pair.b.sent;
            missing += pair.a.missing + pair.b.missing;
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError("seed " + seed + ": " + e.getMessage() + faults, e);
        }
    }

    /** Counters of agents that are killed later would be lost. */
    private void count(SimPair pair) {
        for (SimHost host : new SimHost[] {pair.a, pair.b}) {
            toRdma += host.take(CounterId.PATH_TO_RDMA);
            toTcp += host.take(CounterId.PATH_TO_TCP);
            replayed += host.take(CounterId.FRAMES_REPLAYED);
            sessionsLost += host.take(CounterId.SESSIONS_LOST);
        }
    }

    @Test
    void shouldNeitherLoseNorDoubleNorReorderWhateverBreaks() {
        Long only = Long.getLong("weft.seed");
        for (long seed = only == null ? 1 : only; seed <= (only == null ? SEEDS : only); seed++) {
            run(seed);
        }
        String bite = toRdma + " changes to RDMA, " + toTcp + " to TCP, " + replayed + " frames sent again, " + sessionsLost
                + " sessions lost, " + missing + " of " + frames + " frames lost with them";
        System.out.println("session faults: " + bite);
        assertTrue(only != null || toTcp > SEEDS && replayed > 10 * SEEDS && sessionsLost > SEEDS / 4, "the faults must bite: " + bite);
    }

    @Test
    void shouldRunASeedTheSameWayEachTime() {
        long[] sent = new long[2];
        for (int i = 0; i < sent.length; i++) {
            frames = 0;
            run(4711);
            sent[i] = frames;
        }
        assertEquals(sent[0], sent[1]);
    }
}
