package dev.weft.perf.iperf3;

import static org.junit.jupiter.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/** The distribution's own {@code iperf3}, as a process. That it is missing is a failure: build/packages lists it. */
final class StockIperf3 implements AutoCloseable {
    private final Process process;
    private final int port;

    private StockIperf3(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** A server for one test, on a free port of the loopback. Returns when it listens. */
    static StockIperf3 server() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Process process = start("-s", "-1", "--forceflush", "-B", "127.0.0.1", "-p", String.valueOf(port));
        BufferedReader output = new BufferedReader(new InputStreamReader(process.getInputStream()));
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            if (line.startsWith("Server listening")) {
                return new StockIperf3(process, port);
            }
        }
        throw new IOException("iperf3 ended before it listened on port " + port);
    }

    private static Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("iperf3"));
        command.addAll(List.of(arguments));
        try {
            return new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException missing) {
            return fail("iperf3 is missing: apt-get install iperf3", missing);
        }
    }

    InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    int exitStatus() throws InterruptedException {
        return process.waitFor();
    }

    /** Runs a client with {@code -J} to its end. @return what it reports, a failure in {@code error} */
    static JsonNode client(int port, String... options) throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of("-c", "127.0.0.1", "-p", String.valueOf(port), "-J"));
        arguments.addAll(List.of(options));
        Process process = start(arguments.toArray(String[]::new));
        String output = new String(process.getInputStream().readAllBytes());
        JsonNode report = new ObjectMapper().readTree(output);
        process.waitFor();
        return report;
    }

    void kill() {
        process.destroyForcibly();
    }

    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().join();
    }
}
