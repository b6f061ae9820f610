package dev.weft.testing;

import dev.weft.linux.NetworkNamespace;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Network namespaces of one test: named after this process, removed at the end, nobody else's touched. */
public final class TestNamespaces implements AutoCloseable {
    private static final AtomicInteger NEXT = new AtomicInteger();
    private static final long PATIENCE_SECONDS = 60;

    private final List<String> made = new ArrayList<>();

    /** What a command said and how it ended. */
    public record Outcome(int status, String output) {
    }

    /** Makes a namespace with its loopback up. @return its name */
    public String add(String role) {
        String name = "wt" + ProcessHandle.current().pid() + "x" + NEXT.incrementAndGet() + role;
        succeed("ip", "netns", "add", name);
        made.add(name);
        succeed("ip", "-n", name, "link", "set", "lo", "up");
        return name;
    }

    public static String path(String name) {
        return "/run/netns/" + name;
    }

    /** Runs something on a throw-away thread inside the namespace. */
    public static <T> T in(String name, Callable<T> action) throws IOException {
        try (NetworkNamespace namespace = NetworkNamespace.open(path(name))) {
            return namespace.call(action);
        }
    }

    /** Runs a command inside a namespace. */
    public static Outcome exec(String name, String... command) {
        String[] all = new String[command.length + 2];
        all[0] = "nsenter";
        all[1] = "--net=" + path(name);
        System.arraycopy(command, 0, all, 2, command.length);
        return run(all);
    }

    /** Runs a command that must succeed. @return what it printed */
    public static String succeed(String... command) {
        Outcome outcome = run(command);
        if (outcome.status != 0) {
            throw new AssertionError(Arrays.toString(command) + " ended with " + outcome.status + ": " + outcome.output);
        }
        return outcome.output;
    }

    public static Outcome run(String... command) {
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(Arrays.toString(command) + " did not end within " + PATIENCE_SECONDS + " s");
            }
            return new Outcome(process.exitValue(), output);
        } catch (IOException e) {
            throw new AssertionError("cannot run " + Arrays.toString(command), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** Removes one namespace now, as a container's end would. */
    public void remove(String name) {
        made.remove(name);
        succeed("ip", "netns", "delete", name);
    }

    @Override
    public void close() {
        for (String name : List.copyOf(made).reversed()) {
            remove(name);
        }
    }
}
