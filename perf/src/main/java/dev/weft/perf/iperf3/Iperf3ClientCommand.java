package dev.weft.perf.iperf3;

import dev.weft.perf.command.ExitCodes;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code weft perf client --iperf3 HOST}: one test against a stock iperf3 server, with iperf3's own options. */
@Command(name = "iperf3-client", description = "Run one test against an iperf3 server; the same as: weft perf client --iperf3 HOST")
public final class Iperf3ClientCommand implements Callable<Integer> {
    private static final Pattern AMOUNT = Pattern.compile("(\\d+(?:\\.\\d+)?)([kKmMgG]?)");

    @Parameters(paramLabel = "HOST", description = "name or address of the server")
    private String host;
    @Option(names = {"-p", "--port"}, defaultValue = "5201", description = "port (default: ${DEFAULT-VALUE})")
    private int port;
    @Option(names = {"-u", "--udp"}, description = "UDP instead of TCP")
    private boolean udp;
    @Option(names = {"-P", "--parallel"}, defaultValue = "1", paramLabel = "N", description = "streams, 1 to 128")
    private int parallel;
    @Option(names = {"-R", "--reverse"}, description = "the server sends")
    private boolean reverse;
    @Option(names = "--bidir", description = "both send")
    private boolean bidirectional;
    @Option(names = {"-t", "--time"}, defaultValue = "10", paramLabel = "SECONDS", description = "1 to 86400 (default: ${DEFAULT-VALUE})")
    private int seconds;
    @Option(names = {"-n", "--bytes"}, paramLabel = "BYTES", description = "end after so many bytes instead, e.g. 100M")
    private String bytes;
    @Option(names = {"-b", "--bitrate"}, paramLabel = "RATE", description = "bits/s of a stream, e.g. 100M (default: UDP 1M, TCP no limit)")
    private String bitrate;
    @Option(names = {"-l", "--length"}, paramLabel = "BYTES", description = "of a write or datagram (default: TCP 128K, UDP 1460)")
    private String length;
    @Option(names = {"-w", "--window"}, paramLabel = "BYTES", description = "socket buffer")
    private String window;
    @Option(names = {"-O", "--omit"}, defaultValue = "0", paramLabel = "SECONDS", description = "leave out the beginning, 0 to 600")
    private int omit;
    @Option(names = {"-N", "--no-delay"}, description = "no Nagle")
    private boolean noDelay;
    @Option(names = "--udp-counters-64bit", description = "64-bit numbers in datagrams")
    private boolean wide;
    @Option(names = {"-T", "--title"}, description = "kept with the result")
    private String title;
    @Option(names = {"-J", "--json"}, description = "JSON in the shape of iperf3 -J")
    private boolean json;
    @Option(names = {"-h", "--help"}, usageHelp = true, description = "show this help")
    private boolean help;
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        PrintWriter err = spec.commandLine().getErr();
        TestReport report = new Iperf3Client(new InetSocketAddress(host, port), asked(), interval -> {
            err.println(Iperf3Text.line(interval));
            err.flush();
        }).run();
        PrintWriter out = spec.commandLine().getOut();
        out.print(json ? Iperf3Text.json(report).toPrettyString() + System.lineSeparator() : Iperf3Text.report(report));
        out.flush();
        return report.failure() == null ? ExitCodes.OK : ExitCodes.PARTIAL;
    }

    private TestParameters asked() {
        range("-P", parallel, 1, TestParameters.MAX_STREAMS);
        range("-t", seconds, 1, TestParameters.MAX_SECONDS);
        range("-O", omit, 0, TestParameters.MAX_OMIT_SECONDS);
        if (reverse && bidirectional) {
            throw new ParameterException(spec.commandLine(), "-R and --bidir exclude each other; nearest: --bidir");
        }
        long block = length == null ? 0 : amount("-l", length, 1024);
        if (length != null) {
            range("-l", block, udp ? TestParameters.MIN_DATAGRAM : 1, udp ? TestParameters.MAX_DATAGRAM : TestParameters.MAX_TCP_LENGTH);
        }
        long buffer = window == null ? 0 : amount("-w", window, 1024);
        range("-w", buffer, 0, TestParameters.MAX_WINDOW);
        return new TestParameters(udp, parallel, reverse, bidirectional, bytes == null ? seconds : 0, omit,
                bytes == null ? 0 : Math.max(1, amount("-n", bytes, 1024)), (int) block,
                bitrate == null ? udp ? 1_000_000 : 0 : amount("-b", bitrate, 1000), (int) buffer, noDelay, wide, false, title, "weft");
    }

    private void range(String option, long value, long least, long most) {
        if (value < least || value > most) {
            throw new ParameterException(spec.commandLine(), option + " " + value + " is out of range; nearest: " + option + " "
                    + Math.clamp(value, least, most));
        }
    }

    private long amount(String option, String text, int kilo) {
        Matcher matcher = AMOUNT.matcher(text.strip());
        if (!matcher.matches()) {
            String digits = text.replaceAll("[^0-9]", "");
            throw new ParameterException(spec.commandLine(), option + " '" + text + "' is no amount; nearest: " + option + " "
                    + (digits.isEmpty() || digits.length() > 9 ? "1M" : digits + "M"));
        }
        double factor = switch (matcher.group(2).toLowerCase(Locale.ROOT)) {
            case "k" -> kilo;
            case "m" -> (double) kilo * kilo;
            case "g" -> (double) kilo * kilo * kilo;
            default -> 1;
        };
        return (long) Math.min(Long.MAX_VALUE / 16.0, Double.parseDouble(matcher.group(1)) * factor);
    }
}
