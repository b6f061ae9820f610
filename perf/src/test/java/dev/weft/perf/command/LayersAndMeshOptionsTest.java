package dev.weft.perf.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class LayersAndMeshOptionsTest {
    private final StringWriter err = new StringWriter();

    private int execute(String... words) {
        return new CommandLine(new PerfCommand()).setOut(new PrintWriter(new StringWriter())).setErr(new PrintWriter(err))
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    err.write(String.valueOf(failure.getMessage()));
                    return 1;
                }).execute(words);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "layers there --layers lnk|did you mean 'link'",
        "layers there --size 12|nearest: --size 24",
        "layers there --option kind=tcp|nearest: --option link:kind=tcp",
        "layers there --layers link --option socket:tos=1|nearest: --layers link,socket",
        "layers there --netns /run/netns/x|nearest: --netns /run/netns/x --container ADDRESS",
        "layers there --repeat 0|nearest: --repeat 1",
        "layers there --idle sleep|there are: block, spin",
        "layers there --time 10parsecs|10s",
        "layers|HOST",
        "mesh|--token",
        "mesh --token x --parallel 0|nearest: --parallel 1",
        "mesh --token x --tests crr|nearest: --tests rr,throughput",
        "mesh --token x --transport tpc|did you mean 'tcp'",
        "mesh --token x --time 5m|nearest: --time 30s",
        "mesh --token x --size 1|nearest: --size 24",
        "mesh --token x --output yaml|there are: table, json",
        "server --hosts x|nearest: --mesh TOKEN_FILE --hosts x"})
    void answersNonsenseWithTheNearestValidForm(String line, String answer) {
        assertEquals(2, execute(line.split(" ")), err.toString());
        assertTrue(err.toString().contains(answer), err.toString());
    }

    @Test
    void aLayerThatNobodyServesIsNamedAndTheStatusSaysThatNothingWasMeasured() {
        assertEquals(1, execute("layers", "127.0.0.1", "-p", "1", "--layers", "wire", "-q"));
    }
}
