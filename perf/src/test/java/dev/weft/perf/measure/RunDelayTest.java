package dev.weft.perf.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class RunDelayTest {

    @Test
    void isTheSecondNumberOfTheKernels() {
        assertEquals(2133177, RunDelay.parse("722977 2133177 4\n"));
    }

    @Test
    void isUnknownForAKernelThatTellsLess() {
        assertEquals(-1, RunDelay.parse("0"));
    }

    @Test
    void isUnknownForAThreadThatIsNotThere() {
        assertEquals(-1, RunDelay.nanos("no-such-thread"));
    }
}
