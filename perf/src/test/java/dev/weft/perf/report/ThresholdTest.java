package dev.weft.perf.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.perf.RunSamples;
import dev.weft.perf.model.RunDocument;
import dev.weft.perf.model.RunFiles;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class ThresholdTest {
    @ParameterizedTest
    @CsvSource({"p99>+10%,100,111,true", "p99>+10%,100,110,false", "throughput<-5%,100,94,true", "throughput<-5%,100,96,false",
        "p99>+50us,0,50001,true", "max>2ms,9,2000001,true", "max>2ms,9,2000000,false", "throughput<9Gbit/s,0,8.9e9,true",
        "lost>0,0,1,true", "lost>1.5k,0,1500,false", "p99<-10%,100,80,true", "cpu>=+20%,10,12,true"})
    void holdsNumbersAgainstTheirBound(String text, double base, double now, boolean isBroken) {
        assertEquals(isBroken, Threshold.parse(text).isBroken(base, now));
    }

    @ParameterizedTest
    @CsvSource({"p99>10%,p99>+10%", "p99=10ms,p99>10ms", "p999>+10%,p99.9>+10%", "troughput<-5%,throughput<-5%", "p99>+10,p99>+10us",
        "p100>1ms,max>1ms", "p99,p99>+10%", "throughput<9GBIT/S,throughput<9Gbit/s", "p99=>+5%,p99>=+5%",
        "p99<+10%,p99>+10%", "throughput>-5%,throughput<-5%", "p99>-50us,p99<-50us", "p99>=+0%,p99>+0%", "rwa:p99>1ms,raw:p99>1ms",
        "corected:p99>1ms,corrected:p99>1ms", "p0>1ms,p50>1ms", "'',p99>+10%"})
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

    @Test
    void aThresholdThatNoRunCanMeetFails() {
        RunDocument rates = RunDocument.of(RunDocument.Kind.RUN, "test", "rates", List.of(RunSamples.throughput("", "tcp", 1e9)));
        assertTrue(Comparison.of(rates, rates, List.of(Threshold.parse("p99>+10%"))).isBroken());
        RunDocument none = RunDocument.of(RunDocument.Kind.RUN, "test", "nothing", List.of());
        assertTrue(Comparison.of(none, none, List.of()).isBroken(), "nothing compared is no success");
    }

    @Test
    void thresholdsOfLayersHoldForTheRunsThatHaveTheFigure() {
        RunDocument base = layers(20_000, 1e9);
        assertFalse(Comparison.of(base, base, List.of(Threshold.parse("p99>+10%"), Threshold.parse("throughput<-5%"))).isBroken());
        assertTrue(Comparison.of(base, layers(30_000, 1e9), List.of(Threshold.parse("p99>+10%"))).isBroken());
        assertTrue(Comparison.of(base, layers(20_000, 8e8), List.of(Threshold.parse("throughput<-5%"))).isBroken());
    }

    private static RunDocument layers(long nanos, double bytesPerSecond) {
        return RunDocument.of(RunDocument.Kind.LAYERS, "test", "layers", List.of(RunSamples.roundTrips("link", "link", nanos),
                RunSamples.throughput("link", "link", bytesPerSecond)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "BASE NEW --fail-if ,|2|did you mean 'p99>+10%'",
        "BASE NEW --fail-if p99>+10%,|2|did you mean 'p99>+10%'",
        "BASE NEW --failif p99>+10%|2|--fail-if",
        "BASE NEW --output xml|2|table, json",
        "BASE|2|NEW",
        "BASE MESH|1|of kind layers, NEW one of kind mesh",
        "BASE NONE|1|is not a file",
        "BASE HALF|1|not a whole result",
        "BASE WALK|1|there are: run, sweep, layers, mesh",
        "BASE BARE|1|lacks its list of runs",
        "BASE NEW --fail-if p99>+10%,throughput<-5%|0|ok",
        "BASE SLOW --fail-if p99>+10%|5|BROKEN"})
    void compareSaysWhatIsWrongWithWhatItIsGiven(String line, int status, String answer, @TempDir Path folder) throws Exception {
        RunFiles.write(folder.resolve("BASE"), layers(20_000, 1e9));
        RunFiles.write(folder.resolve("NEW"), layers(20_000, 1e9));
        RunFiles.write(folder.resolve("SLOW"), layers(40_000, 1e9));
        RunFiles.write(folder.resolve("MESH"), Fixtures.mesh());
        Files.writeString(folder.resolve("HALF"), Files.readString(folder.resolve("BASE")).substring(0, 500));
        Files.writeString(folder.resolve("WALK"), "{\"format\": \"weft-perf\", \"version\": 1, \"kind\": \"walk\"}");
        Files.writeString(folder.resolve("BARE"), "{\"format\": \"weft-perf\", \"version\": 1, \"kind\": \"layers\"}");
        StringWriter text = new StringWriter();
        String[] words = Arrays.stream(line.split(" ")).map(word -> word.matches("[A-Z]+") ? folder.resolve(word).toString() : word)
                .toArray(String[]::new);
        int got = new CommandLine(new CompareCommand()).setOut(new PrintWriter(text)).setErr(new PrintWriter(text))
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    text.write(String.valueOf(failure.getMessage()));
                    return 1;
                }).execute(words);
        assertEquals(status, got, text.toString());
        assertTrue(text.toString().contains(answer), text.toString());
    }
}
