package dev.weft.perf.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ThresholdTest {
    @ParameterizedTest
    @CsvSource({"p99>+10%,100,111,true", "p99>+10%,100,110,false", "throughput<-5%,100,94,true", "throughput<-5%,100,96,false",
        "p99>+50us,0,50001,true", "max>2ms,9,2000001,true", "max>2ms,9,2000000,false", "throughput<9Gbit/s,0,8.9e9,true",
        "lost>0,0,1,true", "cpu>=+20%,10,12,true"})
    void holdsNumbersAgainstTheirBound(String text, double base, double now, boolean isBroken) {
        assertEquals(isBroken, Threshold.parse(text).isBroken(base, now));
    }

    @ParameterizedTest
    @CsvSource({"p99>10%,p99>+10%", "p99=10ms,p99>10ms", "p999>+10%,p99.9>+10%", "troughput<-5%,throughput<-5%", "p99>+10,p99>+10us",
        "p100>1ms,max>1ms", "p99,p99>+10%", "throughput<9GBIT/S,throughput<9Gbit/s", "p99=>+5%,p99>=+5%"})
    void answersNonsenseWithTheNearestValidForm(String text, String nearest) {
        String message = assertThrows(IllegalArgumentException.class, () -> Threshold.parse(text)).getMessage();
        assertTrue(message.endsWith("did you mean '" + nearest + "'?"), message);
        Threshold.parse(nearest);
    }

    @Test
    void aComparisonFailsWhenAThresholdIsBroken() {
        List<Threshold> thresholds = List.of(Threshold.parse("p99>+10%"));
        assertTrue(Comparison.of(Fixtures.single("a", 30_000), Fixtures.single("b", 40_000), thresholds).isBroken());
        assertFalse(Comparison.of(Fixtures.single("a", 30_000), Fixtures.single("b", 30_000), thresholds).isBroken());
    }
}
