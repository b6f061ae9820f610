package dev.weft.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs nft. Blocks until it is done, at most 20 s. */
final class Nft {
    private static final long TIMEOUT_SECONDS = 20;

    private Nft() {
    }

    /**
     * @param input what it reads from its standard input
     * @return what it printed
     * @throws IOException with nft's own words when it refuses, or is missing
     */
    static String run(String input, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("nft"));
        command.addAll(List.of(arguments));
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            throw new IOException("cannot run nft: " + e.getMessage() + "; install it (apt-get install nftables)", e);
        }
        try (var stdin = process.getOutputStream()) {
            stdin.write(input.getBytes(StandardCharsets.UTF_8));
        }
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException("nft did not finish within " + TIMEOUT_SECONDS + " s");
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while nft ran", e);
        }
        if (process.exitValue() != 0) {
            throw new IOException("nft refused: " + said.strip());
        }
        return said;
    }
}
