package dev.weft.perf.aeron;

import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import java.nio.file.Path;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * The media driver a process brings itself when none is named: started at the first use, ended with the process, so that what was sent
 * last still leaves.
 */
final class OwnDriver implements AutoCloseable {
    private static final int TERM_BYTES = 16 << 20;
    /** A peer that vanished without a word is given up after this. */
    private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private MediaDriver driver;

    /** @param dedicated three threads instead of one; what the first caller wants holds */
    synchronized Path directory(boolean dedicated) {
        if (driver == null) {
            ThreadFactory threads = Thread.ofPlatform().daemon().name("weft-perf-aeron-", 0).factory();
            driver = MediaDriver.launchEmbedded(new MediaDriver.Context()
                    .threadingMode(dedicated ? ThreadingMode.DEDICATED : ThreadingMode.SHARED)
                    .conductorThreadFactory(threads).senderThreadFactory(threads).receiverThreadFactory(threads)
                    .sharedThreadFactory(threads)
                    .publicationTermBufferLength(TERM_BYTES).ipcTermBufferLength(TERM_BYTES).termBufferSparseFile(true)
                    .imageLivenessTimeoutNs(SILENCE_NANOS).publicationConnectionTimeoutNs(SILENCE_NANOS)
                    .dirDeleteOnStart(true).dirDeleteOnShutdown(true)
                    .errorHandler(failure -> { })); // what fails shows in the results of offer and poll
            Runtime.getRuntime().addShutdownHook(new Thread(this::close, "weft-perf-aeron-end"));
        }
        return Path.of(driver.aeronDirectoryName());
    }

    @Override
    public synchronized void close() {
        if (driver != null) {
            driver.close();
            driver = null;
        }
    }
}
