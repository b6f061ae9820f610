package dev.weft.perf.rig;

import dev.weft.linux.CpuAffinity;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps this process's other threads (compiler, collector, timers) off the processors its streams are bound to: one of them woken on such a
 * processor makes every message of a time slice late. Threads that start later inherit it from whoever starts them.
 *
 * <p>Done as far as it can be: where no processor would be left for the others they stay. {@link #close} gives back what was taken.
 */
final class Seclusion implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Seclusion.class);
    private static final Path THREADS = Path.of("/proc/self/task");

    private final Map<Integer, Long> before = new HashMap<>();

    /** @param processors of bound threads, bit i for processor i; threads that may run nowhere else are those, and stay */
    Seclusion(long processors) {
        if (processors == 0) {
            return;
        }
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(THREADS)) {
            for (Path thread : threads) {
                keepOff(Integer.parseInt(thread.getFileName().toString()), processors);
            }
        } catch (IOException e) {
            LOG.debug("threads share the streams' processors: {}", e.toString());
        }
    }

    private void keepOff(int thread, long processors) {
        try {
            long allowed = CpuAffinity.get(thread);
            long rest = allowed & ~processors;
            if (rest != 0 && rest != allowed) {
                CpuAffinity.set(thread, rest);
                before.put(thread, allowed);
            }
        } catch (IOException e) {
            LOG.debug("thread {} has ended: {}", thread, e.getMessage());
        }
    }

    @Override
    public void close() {
        before.forEach((thread, allowed) -> {
            try {
                CpuAffinity.set(thread, allowed);
            } catch (IOException e) {
                LOG.debug("thread {} has ended: {}", thread, e.getMessage());
            }
        });
        before.clear();
    }
}
