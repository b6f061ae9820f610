package dev.weft.perf.measure;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** How long the kernel has let a thread wait for a processor although it could have run (schedstat of proc(5)). */
public final class RunDelay {
    private static final Path TASKS = Path.of("/proc/self/task");

    private RunDelay() {
    }

    /**
     * Of a thread of this process, since it began, in nanoseconds.
     *
     * @param name of the thread, at most 15 characters
     * @return -1 when there is no such thread or the kernel does not tell
     */
    public static long nanos(String name) {
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(TASKS)) {
            for (Path task : tasks) {
                if (Files.readString(task.resolve("comm")).strip().equals(name)) {
                    return parse(Files.readString(task.resolve("schedstat")));
                }
            }
        } catch (IOException e) {
            return -1; // a kernel without CONFIG_SCHED_INFO, or a thread that has just ended
        }
        return -1;
    }

    /** The second of three numbers. */
    static long parse(String schedstat) {
        String[] fields = schedstat.strip().split(" ");
        return fields.length < 2 ? -1 : Long.parseLong(fields[1]);
    }
}
