package dev.weft.perf.iperf3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PacerTest {
    private final AtomicLong clock = new AtomicLong(1_000);

    @Test
    void letsTheFirstBlockGoAndHoldsTheNextToTheRate() {
        Pacer pacer = new Pacer(8_000_000, clock::get);
        assertEquals(0, pacer.nanosLeft(0));
        assertEquals(1_000_000, pacer.nanosLeft(1000), "1000 bytes take 1 ms at 8 Mbit/s");
        clock.addAndGet(600_000);
        assertEquals(400_000, pacer.nanosLeft(1000));
        clock.addAndGet(400_000);
        assertTrue(pacer.isTime(1000));
        assertFalse(pacer.isTime(2000));
    }

    @Test
    void makesUpForAStall() {
        Pacer pacer = new Pacer(8_000_000, clock::get);
        assertTrue(pacer.isTime(0));
        clock.addAndGet(5_000_000);
        for (int sent = 1000; sent <= 5000; sent += 1000) {
            assertTrue(pacer.isTime(sent), "block at " + sent);
        }
        assertFalse(pacer.isTime(6000));
    }

    @Test
    void withoutARateEverythingGoes() {
        assertTrue(new Pacer(0, clock::get).isTime(Long.MAX_VALUE));
    }

    @Test
    void aBudgetIsSpentOnce() {
        Budget budget = new Budget(2500);
        assertTrue(budget.take(1000) && budget.take(1000) && budget.take(1000), "the last block may overdraw it");
        assertFalse(budget.take(1000));
        assertTrue(new Budget(0).take(Long.MAX_VALUE / 2));
    }
}
