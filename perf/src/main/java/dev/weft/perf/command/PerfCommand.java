package dev.weft.perf.command;

import dev.weft.perf.iperf3.Iperf3ClientCommand;
import dev.weft.perf.iperf3.Iperf3ServerCommand;
import dev.weft.perf.report.CompareCommand;
import dev.weft.perf.report.ReportCommand;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code weft perf}: the parent of everything that measures. */
@Command(name = "perf", description = "Measure networks: verbs, links, sockets and messages",
        subcommands = {
            ClientCommand.class, ServerCommand.class, LayersCommand.class, MeshCommand.class, SelfTestCommand.class,
            ReportCommand.class, CompareCommand.class, Iperf3ClientCommand.class, Iperf3ServerCommand.class,
        })
public final class PerfCommand implements Callable<Integer> {
    @Option(names = {"-h", "--help"}, usageHelp = true, description = "show this help")
    private boolean help;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        CommandLine line = spec.commandLine();
        line.usage(line.getErr());
        return ExitCodes.USAGE;
    }
}
