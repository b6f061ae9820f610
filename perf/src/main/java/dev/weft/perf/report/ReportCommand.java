package dev.weft.perf.report;

import dev.weft.perf.command.ExitCodes;
import dev.weft.perf.model.RunDocument;
import dev.weft.perf.model.RunFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code weft perf report}: results as one HTML page, and one plot as a PNG. */
@Command(name = "report", description = "Make one HTML page of results, or a PNG of a plot",
        footer = {"", "The page needs no network and no server: open it from the disk."})
public final class ReportCommand implements Callable<Integer> {
    @Parameters(arity = "1..*", paramLabel = "RUN", description = "results that weft perf wrote (JSON)")
    private List<Path> runs;
    @Option(names = {"-o", "--html"}, paramLabel = "FILE", description = "write the page here")
    private Path page;
    @Option(names = "--png", paramLabel = "FILE", description = "write a plot here")
    private Path png;
    @Option(names = "--plot", paramLabel = "NAME", description = "which one (default: the first); a wrong name lists them")
    private String plot;
    @Option(names = {"-h", "--help"}, usageHelp = true, description = "show this help")
    private boolean help;
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        if (page == null && png == null) {
            throw new ParameterException(spec.commandLine(), "nothing to write; name a file with -o report.html or --png plot.png");
        }
        List<RunDocument> documents = new ArrayList<>();
        for (Path run : runs) {
            documents.add(RunFiles.read(run));
        }
        if (page != null) {
            RunFiles.replace(page, Page.of(documents).getBytes(StandardCharsets.UTF_8));
        }
        if (png != null) {
            RunFiles.replace(png, PngChart.of(chosen(Charts.of(documents))));
        }
        return ExitCodes.OK;
    }

    private Chart chosen(List<Chart> charts) {
        if (charts.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "these results have nothing to plot as lines; use -o report.html");
        }
        return plot == null ? charts.getFirst() : charts.stream().filter(chart -> chart.id().equals(plot)).findFirst()
                .orElseThrow(() -> new ParameterException(spec.commandLine(), "no plot '" + plot + "'; there are: "
                        + String.join(", ", charts.stream().map(Chart::id).toList())));
    }
}
