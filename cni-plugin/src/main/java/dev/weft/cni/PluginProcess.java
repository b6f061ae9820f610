package dev.weft.cni;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Executes a CNI plugin, bounded in time and in what it may print. */
final class PluginProcess {
    private static final Logger LOG = LoggerFactory.getLogger(PluginProcess.class);
    private static final long TIMEOUT_MILLIS = 20_000; // less than the shim waits for us
    private static final int MAX_OUTPUT_BYTES = 1 << 20;

    /**
     * How it ended.
     *
     * @param output its standard output
     */
    record Ended(int status, byte[] output) {
    }

    private PluginProcess() {
    }

    /** Runs {@code program} with the environment and the input of {@code call}. */
    static Ended run(Path program, String command, CniCall call) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(program.toString());
        Map<String, String> environment = builder.environment();
        environment.putAll(Map.of("CNI_COMMAND", command, "CNI_CONTAINERID", call.containerId(), "CNI_NETNS", call.netns(), "CNI_IFNAME",
                call.ifName(), "CNI_ARGS", call.args(), "CNI_PATH", call.path()));
        Process process = builder.start();
        try {
            CompletableFuture<byte[]> output = reading(process.getInputStream());
            CompletableFuture<byte[]> errors = reading(process.getErrorStream());
            write(call.stdin(), process);
            byte[] printed = output.get(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
            logErrors(program, errors.get(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS));
            if (!process.waitFor(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)) {
                throw new TimeoutException();
            }
            return new Ended(process.exitValue(), printed);
        } catch (TimeoutException e) {
            throw new IOException("no answer within " + TIMEOUT_MILLIS + " ms", e);
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("the agent is stopping", e);
        } finally {
            process.destroyForcibly();
        }
    }

    private static void write(byte[] input, Process process) {
        try (OutputStream stdin = process.getOutputStream()) {
            stdin.write(input);
        } catch (IOException e) { // it may answer without having read everything
            LOG.debug("plugin did not read its input: {}", e.toString());
        }
    }

    private static CompletableFuture<byte[]> reading(InputStream from) {
        CompletableFuture<byte[]> read = new CompletableFuture<>();
        Thread.ofVirtual().name("cni-plugin-output").start(() -> {
            try (from) {
                byte[] bytes = from.readNBytes(MAX_OUTPUT_BYTES + 1);
                if (bytes.length > MAX_OUTPUT_BYTES) {
                    throw new IOException("prints more than " + MAX_OUTPUT_BYTES + " bytes");
                }
                read.complete(bytes);
            } catch (IOException e) {
                read.completeExceptionally(e);
            }
        });
        return read;
    }

    private static void logErrors(Path program, byte[] errors) {
        if (errors.length > 0) {
            LOG.info("{}: {}", program, new String(errors, StandardCharsets.UTF_8).strip());
        }
    }
}
