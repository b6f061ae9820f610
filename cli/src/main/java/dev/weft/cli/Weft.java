package dev.weft.cli;

import dev.weft.perf.command.PerfCommand;
import dev.weft.perf.iperf3.Iperf3Routing;
import dev.weft.perf.transport.Reason;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The root of the command line; the one place that knows every module. */
@Command(name = "weft", mixinStandardHelpOptions = true, versionProvider = BuildVersion.class,
        description = "RDMA-accelerated container networking fabric",
        subcommands = {AgentCommand.class, StatusCommand.class, PeersCommand.class, EndpointsCommand.class, LanesCommand.class,
            CountersCommand.class, VersionCommand.class, SelfCheckCommand.class, DoctorCommand.class, VerbsRunCommand.class,
            IpamCommand.class, CniCommand.class, MessagingCommand.class, PerfCommand.class},
        footer = {"", "Also, by the wrapper in the repository: weft demo, weft test [--quick]"})
public final class Weft implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    public static void main(String[] arguments) {
        System.exit(run(arguments));
    }

    /** Runs one command line. @return exit status: 0 done, 1 failed, 2 wrong usage */
    public static int run(String... arguments) {
        CommandLine line = new CommandLine(new Weft()).setCaseInsensitiveEnumValuesAllowed(true);
        line.getSubcommands().get("verbs-run").setStopAtPositional(true); // what follows MAIN is the program's
        line.setExecutionExceptionHandler((failure, command, parsed) -> {
            command.getErr().println("weft: " + Reason.of(failure));
            return 1;
        });
        return line.execute(Iperf3Routing.of(arguments));
    }

    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getErr());
        return 2;
    }
}
