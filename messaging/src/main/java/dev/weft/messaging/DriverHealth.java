package dev.weft.messaging;

import io.aeron.CncFileDescriptor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Whether a driver's command-and-control file is still what the driver made: clients may write to it, and so may cut it short or replace
 * it, which the driver itself would notice only as a fault.
 */
final class DriverHealth {
    private final Path file;
    private final Object identity;
    private final long size;

    private DriverHealth(Path file) throws IOException {
        this.file = file;
        identity = Files.getAttribute(file, "unix:ino");
        size = Files.size(file);
    }

    /**
     * @param aeron directory of a driver that has just started
     */
    static DriverHealth of(Path aeron) throws IOException {
        return new DriverHealth(aeron.resolve(CncFileDescriptor.CNC_FILE));
    }

    /** A sentence, or empty when all is well. */
    String problem() {
        try {
            if (!identity.equals(Files.getAttribute(file, "unix:ino"))) {
                return file + " was replaced by somebody else";
            }
            long now = Files.size(file);
            return now == size ? "" : file + " was " + size + " bytes long and is " + now + " now: a client cut it or wrote behind its end";
        } catch (IOException e) {
            return file + " is gone or cannot be read (" + e.getMessage() + ")";
        }
    }
}
