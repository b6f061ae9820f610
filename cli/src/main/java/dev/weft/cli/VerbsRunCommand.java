package dev.weft.cli;

import dev.weft.rdma.verbs.VerbsRun;
import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code weft verbs-run}: a DiSNI program, unchanged, on Weft's verbs. Everything behind MAIN is the program's. */
@Command(name = "verbs-run", description = "Run a DiSNI program, unchanged, on Weft's verbs: no libdisni, no native build")
final class VerbsRunCommand implements Callable<Integer> {

    @Option(names = {"--class-path", "-cp"}, paramLabel = "PATH", description = "jars and directories of the program, separated by ':'")
    private String classPath = "";

    @Option(names = "--provider", paramLabel = "weft|disni",
            description = "who stands behind DiSNI: weft (default), or its own JNI provider, which needs libdisni on java.library.path")
    private VerbsRun.Provider provider = VerbsRun.Provider.WEFT;

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "show this help")
    private boolean help;

    @Parameters(index = "0", paramLabel = "MAIN", description = "class with the main method")
    private String main;

    @Parameters(index = "1..*", paramLabel = "ARGS", description = "arguments of the program")
    private List<String> arguments = List.of();

    @Override
    public Integer call() throws Exception {
        List<Path> places = Pattern.compile(Pattern.quote(File.pathSeparator)).splitAsStream(classPath)
                .filter(place -> !place.isEmpty()).map(Path::of).toList();
        VerbsRun.run(provider, places, main, arguments.toArray(new String[0]));
        return 0;
    }
}
