package dev.weft.perf.measure;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import dev.weft.perf.model.Side;
import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * What a process has spent since it began, at one moment (proc(5)). Two of them make a {@link Side}.
 *
 * @param allocated bytes on this Java's heap, null for another process; the same holds for gcCount and gcMillis
 */
public record ProcessCost(long pid, double userSeconds, double systemSeconds, long voluntary, long involuntary, Long allocated,
        Long gcCount, Long gcMillis, Long rssBytes) {
    /** USER_HZ, fixed for programs on every architecture Linux runs Java on. */
    private static final double TICKS_PER_SECOND = 100;
    private static final double NANOS_PER_SECOND = 1e9;
    // Fields of /proc/PID/stat, counted from the one behind the name (number 3 of proc(5)).
    private static final int UTIME = 11;
    private static final int STIME = 12;
    private static final int RSS_PAGES = 21;
    private static final long PAGE_BYTES = 4096;

    /** Of the process this runs in. */
    public static ProcessCost ofThisProcess() {
        ProcessCost plain;
        try {
            plain = of(ProcessHandle.current().pid());
        } catch (IOException e) {
            plain = new ProcessCost(ProcessHandle.current().pid(), 0, 0, 0, 0, null, null, null, null);
        }
        OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        double total = system.getProcessCpuTime() / NANOS_PER_SECOND;
        double user = Math.min(plain.userSeconds, total);
        long count = 0;
        long millis = 0;
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            count += Math.max(0, collector.getCollectionCount());
            millis += Math.max(0, collector.getCollectionTime());
        }
        long allocated = ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getTotalThreadAllocatedBytes();
        return new ProcessCost(plain.pid, user, total - user, plain.voluntary, plain.involuntary, allocated, count, millis, plain.rssBytes);
    }

    /** Of any process of this host. @throws IOException when there is none, or it may not be looked at */
    public static ProcessCost of(long pid) throws IOException {
        String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        long voluntary = 0;
        long involuntary = 0;
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(Path.of("/proc/" + pid + "/task"))) {
            for (Path task : tasks) {
                String status = read(task.resolve("status"));
                voluntary += field(status, "voluntary_ctxt_switches:");
                involuntary += field(status, "nonvoluntary_ctxt_switches:");
            }
        }
        return new ProcessCost(pid, Long.parseLong(fields[UTIME]) / TICKS_PER_SECOND,
                Long.parseLong(fields[STIME]) / TICKS_PER_SECOND, voluntary, involuntary, null, null, null,
                Long.parseLong(fields[RSS_PAGES]) * PAGE_BYTES);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return ""; // a thread that has just ended
        }
    }

    private static long field(String status, String name) {
        for (String line : status.split("\n")) {
            if (line.startsWith(name)) {
                return Long.parseLong(line.substring(name.length()).strip());
            }
        }
        return 0;
    }

    /** What was spent since {@code earlier}. */
    public Side since(ProcessCost earlier, String name) {
        double user = userSeconds - earlier.userSeconds;
        double system = systemSeconds - earlier.systemSeconds;
        return new Side(name, pid, user + system, user, system, null, Math.max(0, voluntary - earlier.voluntary),
                Math.max(0, involuntary - earlier.involuntary), allocated == null ? null : allocated - earlier.allocated,
                gcCount == null ? null : gcCount - earlier.gcCount,
                gcMillis == null ? null : TimeUnit.MILLISECONDS.toNanos(gcMillis - earlier.gcMillis), rssBytes);
    }
}
