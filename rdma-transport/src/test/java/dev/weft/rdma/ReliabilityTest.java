package dev.weft.rdma;

import static dev.weft.rdma.SimPair.MILLI;
import static dev.weft.rdma.SimPair.SECOND;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.ibm.disni.verbs.IbvWC.IbvWcStatus;
import dev.weft.counters.CounterId;
import dev.weft.link.LaneTransport;
import dev.weft.link.Link;
import dev.weft.link.LinkListener;
import dev.weft.rdma.verbs.RdmaDevice.Kind;
import dev.weft.session.RdmaPolicy;
import java.net.InetSocketAddress;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each failure RDMA is known for, by itself, in virtual time. {@link ReliabilityTableTest} says which row is tested where. */
class ReliabilityTest {
    private SimPair pair = new SimPair(7, Kind.INFINIBAND, RdmaPolicy.PREFER);

    /** Breaks something under traffic: both sides must leave RDMA quickly, come back, and lose nothing. */
    private void survive(Consumer<SimPair> fault) {
        pair.onRdma();
        pair.traffic(400 * MILLI);
        pair.world.runFor(50 * MILLI);
        fault.accept(pair);
        pair.world.runFor(300 * MILLI);
        assertEquals("tcp", pair.a.path(), () -> pair.a.status().toString());
        assertEquals("tcp", pair.b.path(), () -> pair.b.status().toString());
        pair.world.runFor(SECOND);
        assertEquals(0, pair.a.counters.get(CounterId.SESSIONS_LOST), "sessions lost");
        pair.finish();
        assertEquals(0, pair.a.missing + pair.b.missing, "frames lost");
    }

    @ParameterizedTest
    @EnumSource(value = IbvWcStatus.class, names = {"IBV_WC_RETRY_EXC_ERR", "IBV_WC_RNR_RETRY_EXC_ERR", "IBV_WC_WR_FLUSH_ERR",
        "IBV_WC_LOC_QP_OP_ERR", "IBV_WC_GENERAL_ERR", "IBV_WC_FATAL_ERR"})
    void shouldMoveToTcpAfterACompletionThatSpeaksOfThePath(IbvWcStatus status) {
        survive(on -> on.a.node.faults().failAfter(3, status));
        assertEquals(0, pair.a.counters.get(CounterId.LINK_GARBAGE) + pair.b.counters.get(CounterId.LINK_GARBAGE));
    }

    @ParameterizedTest
    @EnumSource(value = IbvWcStatus.class, names = {"IBV_WC_REM_ACCESS_ERR", "IBV_WC_REM_INV_REQ_ERR", "IBV_WC_REM_OP_ERR",
        "IBV_WC_LOC_LEN_ERR", "IBV_WC_LOC_PROT_ERR", "IBV_WC_LOC_ACCESS_ERR"})
    void shouldResetTheSessionAfterACompletionThatSpeaksOfAWrongAgent(IbvWcStatus status) {
        pair.onRdma();
        pair.traffic(400 * MILLI);
        pair.world.runFor(50 * MILLI);
        pair.a.node.faults().failAfter(3, status);
        pair.world.runFor(SECOND);
        assertEquals(1, pair.a.counters.get(CounterId.LINK_GARBAGE), "alarms");
        assertEquals(1, pair.a.counters.get(CounterId.SESSIONS_LOST), "sessions lost at a");
        assertEquals(1, pair.b.counters.get(CounterId.SESSIONS_LOST), "sessions lost at b");
        assertTrue(pair.a.session.isEstablished(), "a new session carries on");
        assertEquals("tcp", pair.a.path());
        pair.world.runFor(3 * SECOND);
        assertEquals("tcp", pair.a.path(), "RDMA is not raised again before the pause");
        pair.finish();
    }

    @Test
    void shouldLoseNothingAtWhicheverOfTheFirstFramesTheQueuePairFails() {
        for (int frame = 0; frame < 1_000; frame++) {
            pair = new SimPair(frame, frame % 2 == 0 ? Kind.IWARP : Kind.INFINIBAND, RdmaPolicy.PREFER);
            int after = frame;
            pair.onRdma();
            pair.a.node.faults().failAfter(after, IbvWcStatus.IBV_WC_RETRY_EXC_ERR);
            pair.traffic((100 + frame) * MILLI);
            pair.world.runFor(2 * SECOND);
            assertEquals("link-lost", pair.a.status().reason(), "frame " + frame);
            pair.finish();
            assertEquals(0, pair.a.missing + pair.b.missing, "frames lost");
        }
    }

    @Test
    void shouldSurviveACompletionQueueThatOverruns() {
        survive(on -> on.b.node.overrun());
    }

    @Test
    void shouldSurviveASendQueueThatIsFull() {
        survive(on -> on.a.node.faults().refusePosts(1));
    }

    @Test
    void shouldSurviveAnEmptyReceiveQueue() {
        survive(on -> on.b.node.faults().missSlots(1));
    }

    @Test
    void shouldIgnoreCompletionsOfAnEarlierQueuePair() {
        // Completions of the broken pair stay in the queue that the next pair shares.
        for (int i = 0; i < 3; i++) {
            pair.onRdma();
            pair.traffic(100 * MILLI);
            pair.a.loop.pause(30 * MILLI);
            pair.world.runFor(20 * MILLI);
            pair.a.node.attack();
            pair.world.runFor(70 * SECOND);
        }
        assertTrue(pair.a.staleCompletions() > 0, "completions of the broken pairs must have come");
        pair.finish();
        assertEquals(0, pair.a.missing + pair.b.missing, "frames lost");
    }

    @Test
    void shouldMoveEveryLinkToTcpWhenTheDeviceIsRemovedAndReturnWithIt() {
        survive(on -> on.a.node.remove());
    }

    @Test
    void shouldLetGoOfADeviceThatIsTakenAwayWithoutAWord() {
        pair.onRdma();
        pair.a.node.takeAway();
        pair.traffic(SECOND);
        pair.world.runFor(SECOND);
        assertFalse(pair.a.node.isLeaving(), "the device must not be held");
        assertEquals("tcp", pair.a.path());
        assertEquals("link-lost", pair.a.status().reason());
        assertEquals(0, pair.a.counters.get(CounterId.SESSIONS_LOST), "sessions lost");
        pair.finish();
        assertEquals(0, pair.a.missing + pair.b.missing, "frames lost");
    }

    @Test
    void shouldMoveToTcpWhenTheAddressLeavesTheDevice() {
        survive(on -> {
            on.a.node.loseAddress();
            on.world.runFor(100 * MILLI);
            assertTrue(on.a.status().detail().contains("address 192.0.2.1 left simA"), on.a.status().detail());
        });
    }

    @Test
    void shouldMoveToTcpWhenThePortGoesDown() {
        survive(on -> on.b.node.portDown());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldStayOnTcpWithAReasonWhenMemoryOrQueuePairsRunOut(boolean memory) {
        if (memory) {
            pair.a.node.faults().failRegistrations(100);
        } else {
            pair.a.node.faults().failQueuePairs(100);
        }
        pair.world.runFor(SECOND);
        assertEquals("tcp", pair.a.path());
        assertEquals("raise-failed", pair.a.status().reason());
        assertTrue(pair.a.status().detail().contains("Cannot allocate memory"), pair.a.status().detail());
        pair.traffic(50 * MILLI);
        pair.world.runFor(SECOND);
        assertEquals(pair.a.sent, pair.b.received);
        pair.finish();
    }

    @Test
    void shouldReturnAtMostOnceInFiveSecondsAndLessOftenWhenItFlaps() {
        long end = pair.world.now() + 600 * SECOND;
        while (pair.world.now() < end) {
            pair.world.runFor(SECOND);
            pair.a.node.attack();
            pair.traffic(5 * MILLI);
        }
        long returns = pair.a.counters.get(CounterId.PATH_TO_RDMA);
        assertTrue(returns >= 8 && returns <= 16, returns + " returns in ten minutes of a flap a second");
        pair.finish();
        assertEquals(0, pair.a.missing + pair.b.missing, "frames lost");
    }

    @Test
    void shouldHoldAndCountWhenBothTransportsAreDownForFiveSeconds() {
        pair.onRdma();
        pair.traffic(200 * MILLI);
        pair.world.runFor(50 * MILLI);
        pair.a.node.faults().cut(pair.b.node, true);
        pair.b.node.faults().cut(pair.a.node, true);
        pair.a.tcp.cut(true);
        pair.b.tcp.cut(true);
        pair.world.runFor(5 * SECOND);
        assertFalse(pair.a.session.isEstablished());
        long counted = pair.a.counters.get(CounterId.FRAMES_UNCONFIRMED);
        pair.finish();
        assertTrue(pair.b.missing <= counted, pair.b.missing + " lost, " + counted + " counted");
    }

    @Test
    void shouldExposeNoMemoryAndLeaveALinkThatIsAttacked() {
        pair.onRdma();
        assertFalse(pair.a.node.exposesMemory());
        assertFalse(pair.b.node.exposesMemory());
        survive(on -> on.a.node.attack());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 15, 16, 17, 55})
    void shouldRefuseAForeignTokenBeforeAnythingIsMadeForIt(int length) {
        SimPair fresh = new SimPair(length, Kind.INFINIBAND, RdmaPolicy.FORBID);
        fresh.world.runFor(SECOND);
        RdmaTransport stranger = new RdmaTransport(SimHost.RDMA_CONFIG,
                new RdmaTransport.Backend(fresh.a.node.verbs(), fresh.a.node.cm(), null, "simulated"));
        SimLoop loop = new SimLoop(fresh.world, 1);
        LaneTransport lane = stranger.open(loop, new SimWorker(fresh.world), () -> { });
        String[] outcome = {null};
        lane.connect(null, new InetSocketAddress(fresh.b.node.address(), SimHost.RDMA_PORT), new byte[length], 3_000,
                new LaneTransport.ConnectHandler() {
                    @Override
                    public LinkListener onConnected(Link link) {
                        throw new AssertionError("a stranger was let in");
                    }

                    @Override
                    public void onFailed(String reason) {
                        outcome[0] = reason;
                    }
                });
        while (outcome[0] == null) {
            fresh.world.runFor(1_000);
            assertEquals(0, fresh.b.node.queuePairs());
            assertEquals(0, fresh.b.node.registeredBytes());
        }
        assertTrue(outcome[0].contains("refused"), outcome[0]);
    }

    @Test
    void shouldRefuseToSendMorePrivateDataThanRdmaCarries() {
        String[] outcome = {null};
        RdmaTransport stranger = new RdmaTransport(SimHost.RDMA_CONFIG,
                new RdmaTransport.Backend(pair.a.node.verbs(), pair.a.node.cm(), null, "simulated"));
        stranger.open(new SimLoop(pair.world, 1), new SimWorker(pair.world), () -> { }).connect(null,
                new InetSocketAddress(pair.b.node.address(), SimHost.RDMA_PORT), new byte[57], 3_000, new LaneTransport.ConnectHandler() {
                    @Override
                    public LinkListener onConnected(Link link) {
                        throw new AssertionError("57 bytes were sent");
                    }

                    @Override
                    public void onFailed(String reason) {
                        outcome[0] = reason;
                    }
                });
        assertEquals("private data of 57 bytes; RDMA carries 55", outcome[0]);
    }

    @Test
    void shouldHoldFramesBackForASlowReceiverInsteadOfMeetingAnEmptyReceiveQueue() {
        pair.onRdma();
        long registered = pair.a.node.registeredBytes();
        for (int i = 0; i < 50; i++) {
            pair.b.loop.pause(60 * MILLI);
            int[] taken = {0};
            pair.a.loop.execute(() -> {
                while (pair.a.trySend(60_000)) {
                    taken[0]++;
                }
                pair.a.session.flush();
            });
            pair.world.runFor(70 * MILLI);
            assertTrue(taken[0] > 0 && taken[0] <= SimHost.RDMA_CONFIG.slots(), taken[0] + " frames taken while nobody receives");
            assertEquals(registered, pair.a.node.registeredBytes(), "memory of the sender");
        }
        assertEquals(0, pair.world.rnrs(), "messages that met an empty receive queue");
        assertEquals("rdma", pair.a.path());
        pair.finish();
        assertEquals(0, pair.a.missing + pair.b.missing, "frames lost");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldMoveWithin200MillisecondsWhenOneDirectionIsCutUnderLoad(boolean fromA) {
        SimHost mute = fromA ? pair.a : pair.b;
        survive(on -> {
            on.a.longestGap = 0;
            on.b.longestGap = 0;
            mute.node.faults().cut(mute.other.node, true);
        });
        assertTrue(pair.a.status().lastGapMicros() < 200_000, "held back for " + pair.a.status().lastGapMicros() + " us");
    }

    @Test
    void shouldLeaveTheCutWireWithin200MillisecondsAsTheReceiverSeesIt() {
        pair.onRdma();
        pair.traffic(400 * MILLI);
        pair.world.runFor(50 * MILLI);
        pair.b.longestGap = 0;
        pair.a.node.faults().cut(pair.b.node, true);
        pair.world.runFor(340 * MILLI);
        assertEquals("ack-late", pair.a.status().reason());
        assertTrue(pair.b.longestGap < 200 * MILLI, "nothing arrived for " + pair.b.longestGap / 1000 + " us");
        pair.finish();
    }

    // ---- idle links ----------------------------------------------------------------------------------------------------------

    @Test
    void shouldGiveAnIdleLinkAndItsMemoryBackAndRaiseItWithTheNextFrame() {
        pair.onRdma();
        pair.world.runFor(310 * SECOND);
        assertEquals("idle", pair.a.status().reason());
        assertEquals("peer-lost", pair.b.status().reason());
        pair.world.runFor(310 * SECOND);
        assertEquals("tcp", pair.a.path());
        assertEquals(0, pair.a.node.registeredBytes() + pair.b.node.registeredBytes(), "registered memory of an idle link");
        assertEquals(1, pair.a.counters.get(CounterId.PATH_TO_RDMA), "raised before there was anything to send");
        pair.b.loop.execute(() -> pair.b.trySend(100));
        pair.world.runFor(200 * MILLI);
        assertTrue(pair.isRdma(), () -> pair.a.status().toString());
        pair.finish();
        assertEquals(0, pair.a.missing + pair.b.missing, "frames lost");
    }

    @Test
    void shouldKeepAnIdleLinkWhereNothingElseMayCarry() {
        pair = new SimPair(7, Kind.INFINIBAND, RdmaPolicy.REQUIRE);
        pair.onRdma();
        pair.world.runFor(700 * SECOND);
        assertTrue(pair.isRdma());
        pair.finish();
    }

    // ---- the acknowledgement clock -------------------------------------------------------------------------------------------

    /** Stands still again and again, longer than the floor of the clock, as a busy or emulated host does. */
    private long switchesWithPauses(SimHost at, int pauses, long millis) {
        pair.onRdma();
        for (int i = 0; i < pauses; i++) {
            pair.onRdma();
            pair.traffic(400 * MILLI);
            pair.world.runFor(300 * MILLI);
            at.loop.pause(millis * MILLI);
            pair.world.runFor(400 * MILLI);
        }
        return pair.a.counters.get(CounterId.PATH_TO_TCP) + pair.b.counters.get(CounterId.PATH_TO_TCP);
    }

    @ParameterizedTest
    @ValueSource(longs = {90, 150, 300})
    void shouldLearnToBearAPeerThatStandsStillNowAndThen(long millis) {
        long switches = switchesWithPauses(pair.b, 60, millis);
        assertTrue(switches <= 4, switches + " changes to TCP because of 60 pauses of " + millis + " ms");
        pair.finish();
        assertEquals(0, pair.a.missing + pair.b.missing, "frames lost");
    }

    @Test
    void shouldBeAsQuickAsBeforeWhenThePausesAreOver() {
        switchesWithPauses(pair.b, 10, 300);
        pair.onRdma();
        pair.traffic(20 * SECOND);
        pair.world.runFor(20 * SECOND);
        survive(on -> on.a.node.faults().cut(on.b.node, true));
        assertTrue(pair.a.status().lastGapMicros() < 200_000, "held back for " + pair.a.status().lastGapMicros() + " us");
    }

    // ---- the four hard cases -------------------------------------------------------------------------------------------------

    @Test
    void shouldSurviveASecondFailureInTheMiddleOfRetransmission() {
        for (int micros = 0; micros < 1_000; micros += 10) {
            pair = new SimPair(micros, Kind.IWARP, RdmaPolicy.PREFER);
            pair.onRdma();
            pair.traffic(200 * MILLI);
            pair.world.runFor(50 * MILLI);
            pair.a.node.attack();
            pair.world.runFor(micros * 1_000L);
            pair.network.reset(true, true);
            pair.world.runFor(2 * SECOND);
            pair.finish();
        }
    }

    @Test
    void shouldSurviveTheLossOfTcpWhileRdmaIsDown() {
        pair.onRdma();
        pair.traffic(100 * MILLI);
        pair.world.runFor(50 * MILLI);
        pair.a.node.remove();
        pair.world.runFor(SECOND);
        pair.network.reset(true, false);
        pair.traffic(100 * MILLI);
        pair.world.runFor(3 * SECOND);
        assertEquals("tcp", pair.a.path());
        pair.finish();
    }

    @Test
    void shouldSurviveARestartOfThePeerInTheMiddleOfASwitch() {
        for (int micros = 0; micros < 1_000; micros += 25) {
            pair = new SimPair(micros, Kind.INFINIBAND, RdmaPolicy.PREFER);
            pair.onRdma();
            pair.traffic(200 * MILLI);
            pair.world.runFor(50 * MILLI);
            pair.a.node.attack();
            pair.world.runFor(micros * 1_000L);
            pair.b.kill();
            pair.world.runFor(200 * MILLI);
            pair.b.start();
            pair.world.runFor(2 * SECOND);
            pair.finish();
        }
    }
}
