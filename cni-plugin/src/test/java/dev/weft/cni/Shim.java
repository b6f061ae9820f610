package dev.weft.cni;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs the plugin's executable as a runtime does. */
final class Shim {
    static final Path PROGRAM = Path.of("target/weft").toAbsolutePath();
    private static final long PATIENCE_SECONDS = 60;

    /** How it ended. */
    record Outcome(int status, String stdout, String stderr) {
    }

    private Shim() {
    }

    static Map<String, String> environment(String command) {
        return new HashMap<>(Map.of("CNI_COMMAND", command, "CNI_CONTAINERID", "ctr-1", "CNI_NETNS", "/proc/self/ns/net", "CNI_IFNAME",
                "eth0", "CNI_ARGS", "A=1;B=ü", "CNI_PATH", "/opt/cni/bin"));
    }

    /** Builds one whose socket is another when no configuration names one. */
    static Path build(Path output, Path socket) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder("src/main/c/build", output.toString()).inheritIO();
        builder.environment().put("CPPFLAGS", "-DAGENT_SOCKET_PATH=\"" + socket + "\"");
        if (builder.start().waitFor() != 0) {
            throw new AssertionError("the shim could not be built");
        }
        return output;
    }

    static Outcome run(Map<String, String> environment, byte[] stdin) throws IOException, InterruptedException {
        return run(PROGRAM, environment, stdin);
    }

    static Outcome run(Path program, Map<String, String> environment, byte[] stdin) throws IOException, InterruptedException {
        Process process = start(program, environment);
        try (OutputStream input = process.getOutputStream()) {
            input.write(stdin);
        } catch (IOException e) {
            if (!e.getMessage().contains("Broken pipe") && !e.getMessage().contains("Stream closed")) { // it need not read what it refuses
                throw e;
            }
        }
        return outcome(process);
    }

    static Process start(Map<String, String> environment) throws IOException {
        return start(PROGRAM, environment);
    }

    private static Process start(Path program, Map<String, String> environment) throws IOException {
        if (!Files.isExecutable(program)) {
            throw new AssertionError(program + " is missing: Maven builds it in phase process-resources");
        }
        ProcessBuilder builder = new ProcessBuilder(program.toString());
        builder.environment().clear();
        builder.environment().putAll(environment);
        return builder.start();
    }

    static Outcome outcome(Process process) throws IOException, InterruptedException {
        String stdout = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String stderr = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("the shim did not end");
        }
        return new Outcome(process.exitValue(), stdout, stderr);
    }
}
