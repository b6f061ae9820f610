package dev.weft.messaging;

import io.aeron.CncFileDescriptor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

/**
 * Whether a driver's command-and-control file is still what the driver made, and its commands are still carried out. Clients may write to
 * the file, and so may cut it short, replace it, or leave garbage among the commands, which the driver itself would notice only as a
 * fault or not at all. One thread.
 */
final class DriverHealth {
    /** Longer than a driver needs to make any stream, much shorter than clients wait for its answer (10 s). */
    private static final long STUCK_NANOS = TimeUnit.SECONDS.toNanos(3);

    private final Path file;
    private final Object identity;
    private final long size;
    private final long trailer;
    private final NanoClock clock;
    private long taken;
    private long takenAt;

    /**
     * @param aeron directory of a driver that has just started
     */
    DriverHealth(Path aeron, NanoClock clock) throws IOException {
        file = aeron.resolve(CncFileDescriptor.CNC_FILE);
        identity = Files.getAttribute(file, "unix:ino");
        size = Files.size(file);
        this.clock = clock;
        takenAt = clock.nanoTime();
        long ring = read(CncFileDescriptor.TO_DRIVER_BUFFER_LENGTH_FIELD_OFFSET, Integer.BYTES).getInt(0);
        trailer = CncFileDescriptor.META_DATA_LENGTH + ring - RingBufferDescriptor.TRAILER_LENGTH;
    }

    /** A sentence, or empty when all is well. */
    String problem() {
        try {
            if (!identity.equals(Files.getAttribute(file, "unix:ino"))) {
                return file + " was replaced by somebody else";
            }
            long now = Files.size(file);
            if (now != size) {
                return file + " was " + size + " bytes long and is " + now + " now: a client cut it or wrote behind its end";
            }
            return isStuck() ? file + " holds commands that were not carried out for " + TimeUnit.NANOSECONDS.toSeconds(STUCK_NANOS)
                    + " s: a client wrote garbage among them" : "";
        } catch (IOException e) {
            return file + " is gone or cannot be read (" + e.getMessage() + ")";
        }
    }

    private boolean isStuck() throws IOException {
        long head = read(trailer + RingBufferDescriptor.HEAD_POSITION_OFFSET, Long.BYTES).getLong(0);
        long tail = read(trailer + RingBufferDescriptor.TAIL_POSITION_OFFSET, Long.BYTES).getLong(0);
        long now = clock.nanoTime();
        if (head != taken || head == tail) {
            taken = head;
            takenAt = now;
        }
        return now - takenAt > STUCK_NANOS;
    }

    /** Read, not mapped: a client may cut the file at any moment. */
    private ByteBuffer read(long at, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.nativeOrder());
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            if (channel.read(bytes, at) < length) {
                throw new IOException("it ends before byte " + (at + length));
            }
        }
        return bytes;
    }
}
