package dev.weft.agent;

import io.netty.util.internal.PlatformDependent;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;

/**
 * What this process holds at the moment, so that a leak shows before it hurts.
 *
 * @param heapBytes   heap in use, garbage included
 * @param directBytes memory outside the heap that buffers hold: Netty's and the JDK's
 * @param threads     platform threads
 * @param descriptors open descriptors
 */
record ProcessUse(long heapBytes, long directBytes, int threads, int descriptors) {

    static ProcessUse now() {
        long jdk = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream().mapToLong(BufferPoolMXBean::getMemoryUsed).sum();
        long netty = Math.max(0, PlatformDependent.usedDirectMemory());
        Runtime runtime = Runtime.getRuntime();
        String[] open = Path.of("/proc/self/fd").toFile().list();
        return new ProcessUse(runtime.totalMemory() - runtime.freeMemory(), jdk + netty,
                ManagementFactory.getThreadMXBean().getThreadCount(), open == null ? 0 : open.length);
    }
}
