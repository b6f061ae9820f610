package dev.weft.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.rdma.doctor.Finding;
import dev.weft.rdma.doctor.RdmaDoctor;
import dev.weft.rdma.verbs.PanamaProvider;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code weft doctor}: what this host lacks, and the remedy. */
@Command(name = "doctor", description = "Look for what is wrong with this host, and say what to do", mixinStandardHelpOptions = true,
        subcommands = DoctorCommand.Rdma.class)
final class DoctorCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getErr());
        return 2;
    }

    /** {@code weft doctor rdma}: exit status 0 when RDMA can work here, 1 when not. */
    @Command(name = "rdma", description = "Libraries, devices, ports, limits, modules: what RDMA links need of this host")
    static final class Rdma implements Callable<Integer> {
        private static final ObjectMapper JSON = new ObjectMapper();

        @Option(names = "--output", paramLabel = "table|json", description = "how to show it (default: table)")
        private QueryCommand.Output output = QueryCommand.Output.table;

        @Option(names = {"-h", "--help"}, usageHelp = true, description = "show this help")
        private boolean help;

        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() throws IOException {
            List<Finding> findings = new RdmaDoctor(Path.of("/"), PanamaProvider::libraryProblem).examine();
            PrintWriter out = spec.commandLine().getOut();
            boolean works = findings.stream().noneMatch(finding -> finding.verdict() == Finding.Verdict.FAIL);
            if (output == QueryCommand.Output.json) {
                out.println(JSON.writerWithDefaultPrettyPrinter().writeValueAsString(document(findings, works)));
            } else {
                Table table = new Table("CHECK", "VERDICT", "FOUND", "REMEDY");
                findings.forEach(each -> table.row(each.check(), label(each.verdict()), each.detail(), each.remedy()));
                out.print(table);
            }
            out.flush();
            return works ? 0 : 1;
        }

        private static Map<String, Object> document(List<Finding> findings, boolean works) {
            List<Object> rows = new ArrayList<>();
            for (Finding finding : findings) {
                Map<String, Object> row = new LinkedHashMap<>();
                row.put("check", finding.check());
                row.put("verdict", label(finding.verdict()));
                row.put("detail", finding.detail());
                row.put("remedy", finding.remedy());
                rows.add(row);
            }
            return Map.of("ok", works, "findings", rows);
        }

        private static String label(Finding.Verdict verdict) {
            return verdict.name().toLowerCase(Locale.ROOT);
        }
    }
}
