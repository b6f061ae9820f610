package dev.weft.perf.report;

import dev.weft.perf.command.ExitCodes;
import dev.weft.perf.model.RunDocument;
import dev.weft.perf.model.RunFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code weft perf compare}: two results side by side, with an exit status for CI. */
@Command(name = "compare", description = "Compare two results, and fail when a threshold is broken",
        footer = {"", "Examples of EXPRESSION:",
            "  p99>+10%%            grew by more than 10 %% of BASE",
            "  throughput<-5%%      shrank by more than 5 %% of BASE",
            "  p99.9>+50us         grew by more than 50 us",
            "  max>2ms             is above 2 ms in NEW",
            "  throughput<9Gbit/s  is below that in NEW",
            "Figures: throughput messages cpu cpu-client cpu-server lost retransmits min mean max p50 p99.9 ...;",
            "raw: or corrected: before a latency says which (default: corrected for open loops, raw for closed ones).",
            "", "Exit status: 0 all hold, 5 a threshold is broken or a run is not whole, 1 a file cannot be read, 2 wrong usage"})
public final class CompareCommand implements Callable<Integer> {
    /** How the answer looks. */
    enum Output { table, json }

    @Parameters(index = "0", paramLabel = "BASE", description = "the result to compare with")
    private Path base;
    @Parameters(index = "1", paramLabel = "NEW", description = "the result in question")
    private Path now;
    @Option(names = "--fail-if", paramLabel = "EXPRESSION", description = "fail when this holds; may be given more than once")
    private List<String> expressions = List.of();
    @Option(names = "--output", paramLabel = "FORMAT", defaultValue = "table", description = "table or json (default: ${DEFAULT-VALUE})")
    private Output output;
    @Option(names = {"-h", "--help"}, usageHelp = true, description = "show this help")
    private boolean help;
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        List<Threshold> thresholds;
        try {
            // An empty one among them is refused like any nonsense: it would check nothing in silence.
            thresholds = expressions.stream().flatMap(text -> Arrays.stream(text.split(",", -1))).map(Threshold::parse).toList();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage());
        }
        RunDocument was = RunFiles.read(base);
        RunDocument is = RunFiles.read(now);
        if (was.kind() != is.kind()) {
            throw new IOException("BASE holds a result of kind " + was.kind().label() + ", NEW one of kind " + is.kind().label()
                    + "; only results of one kind can be compared");
        }
        Comparison comparison = Comparison.of(was, is, thresholds);
        spec.commandLine().getOut().print(output == Output.json ? comparison.json().toPrettyString() + System.lineSeparator()
                : comparison.text());
        spec.commandLine().getOut().flush();
        return comparison.isBroken() ? ExitCodes.REGRESSION : ExitCodes.OK;
    }
}
