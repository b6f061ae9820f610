package dev.weft.rdma;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;

/** The failures that RDMA links must survive, each with the tests that show it. A row without an existing test is a failure. */
class ReliabilityTableTest {
    private static final Set<String> REQUIRED = Stream.of("R1", "R2", "R3", "R4", "R5", "R6", "R7", "R8", "S6", "F16", "F17", "F18", "F19",
            "F29").collect(Collectors.toCollection(TreeSet::new));

    private record Row(String what, Class<?> in, List<String> tests) {
        Row(String what, Class<?> in, String... tests) {
            this(what, in, List.of(tests));
        }
    }

    private static Map<String, Row> table() {
        Class<?> alone = ReliabilityTest.class;
        Class<?> seeds = SessionFaultTest.class;
        Map<String, Row> rows = new LinkedHashMap<>();
        rows.put("R1", new Row("completions with an error", alone, "shouldMoveToTcpAfterACompletionThatSpeaksOfThePath",
                "shouldResetTheSessionAfterACompletionThatSpeaksOfAWrongAgent"));
        rows.put("R2", new Row("queue pair fails at frame n", alone, "shouldLoseNothingAtWhicheverOfTheFirstFramesTheQueuePairFails"));
        rows.put("R3", new Row("overrun, full and empty queues", alone, "shouldSurviveACompletionQueueThatOverruns",
                "shouldSurviveASendQueueThatIsFull", "shouldSurviveAnEmptyReceiveQueue"));
        rows.put("R4", new Row("stale completions", alone, "shouldIgnoreCompletionsOfAnEarlierQueuePair"));
        rows.put("R5", new Row("device removed, port down, GID changed", alone,
                "shouldMoveEveryLinkToTcpWhenTheDeviceIsRemovedAndReturnWithIt",
                "shouldLetGoOfADeviceThatIsTakenAwayWithoutAWord", "shouldMoveToTcpWhenTheAddressLeavesTheDevice",
                "shouldMoveToTcpWhenThePortGoesDown"));
        rows.put("R6", new Row("no memory, no queue pairs", alone, "shouldStayOnTcpWithAReasonWhenMemoryOrQueuePairsRunOut"));
        rows.put("R7", new Row("flapping; both transports down", alone, "shouldReturnAtMostOnceInFiveSecondsAndLessOftenWhenItFlaps",
                "shouldHoldAndCountWhenBothTransportsAreDownForFiveSeconds", "shouldSurviveASecondFailureInTheMiddleOfRetransmission"));
        rows.put("R8", new Row("remote reads and writes", alone, "shouldExposeNoMemoryAndLeaveALinkThatIsAttacked"));
        rows.put("S6", new Row("connects without a valid token", alone, "shouldRefuseAForeignTokenBeforeAnythingIsMadeForIt",
                "shouldRefuseToSendMorePrivateDataThanRdmaCarries"));
        rows.put("F16", new Row("RDMA to TCP", alone, "shouldMoveWithin200MillisecondsWhenOneDirectionIsCutUnderLoad"));
        rows.put("F17", new Row("back to RDMA under traffic", seeds, "shouldNeitherLoseNorDoubleNorReorderWhateverBreaks"));
        rows.put("F18", new Row("second failure while sending again", alone,
                "shouldSurviveASecondFailureInTheMiddleOfRetransmission"));
        rows.put("F19", new Row("slow receiver: credits, no RNR", alone,
                "shouldHoldFramesBackForASlowReceiverInsteadOfMeetingAnEmptyReceiveQueue"));
        rows.put("F29", new Row("one direction is cut", alone, "shouldMoveWithin200MillisecondsWhenOneDirectionIsCutUnderLoad",
                "shouldLeaveTheCutWireWithin200MillisecondsAsTheReceiverSeesIt"));
        return rows;
    }

    @Test
    void shouldHaveATestForEveryRow() {
        Map<String, Row> rows = table();
        assertEquals(REQUIRED, new TreeSet<>(rows.keySet()));
        rows.forEach((id, row) -> row.tests.forEach(test -> assertTrue(Arrays.stream(row.in.getDeclaredMethods())
                .anyMatch(method -> method.getName().equals(test) && Stream.of(Test.class, ParameterizedTest.class,
                        org.junit.jupiter.api.AfterEach.class).anyMatch(method::isAnnotationPresent)),
                id + " (" + row.what + "): there is no test " + row.in.getSimpleName() + "." + test)));
    }
}
