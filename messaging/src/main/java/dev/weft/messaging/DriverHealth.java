package dev.weft.messaging;

import io.aeron.CncFileDescriptor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

/**
 * Whether a driver's command-and-control file is still what the driver made, and the driver works. Clients may write to
 * the file, and so may cut it short, replace it, or leave garbage among the commands, which the driver itself would notice only as a
 * fault or not at all. One thread.
 */
final class DriverHealth {
    /**
     * At one look a second: longer than a driver needs to make any stream, shorter than clients wait for its answer (10 s). Looks and not
     * time, because a process that was stopped as a whole finds its driver silent at the first look afterwards.
     */
    private static final int SILENT_LOOKS = 6;

    private final Path file;
    private final Object identity;
    private final long size;
    private final long trailer;
    private long beat;
    private int silentLooks;
    private long taken = -1;
    private int deafLooks;

    /**
     * @param aeron directory of a driver that has just started
     */
    DriverHealth(Path aeron) throws IOException {
        file = aeron.resolve(CncFileDescriptor.CNC_FILE);
        identity = Files.getAttribute(file, "unix:ino");
        size = Files.size(file);
        long ring = read(CncFileDescriptor.TO_DRIVER_BUFFER_LENGTH_FIELD_OFFSET, Integer.BYTES).getInt(0);
        trailer = CncFileDescriptor.META_DATA_LENGTH + ring - RingBufferDescriptor.TRAILER_LENGTH;
    }

    /** A sentence, or empty when all is well. Asked once a second. */
    String problem() {
        try {
            if (!identity.equals(Files.getAttribute(file, "unix:ino"))) {
                return file + " was replaced by somebody else";
            }
            long now = Files.size(file);
            if (now != size) {
                return file + " was " + size + " bytes long and is " + now + " now: a client cut it or wrote behind its end";
            }
            if (isDeaf()) {
                return file + " holds commands the driver does not take, perhaps because a client wrote garbage among them";
            }
            return isSilent() ? file + " shows no heartbeat of the driver: it cannot work, perhaps because a client wrote garbage among its"
                    + " commands" : "";
        } catch (IOException e) {
            return file + " is gone or cannot be read (" + e.getMessage() + ")";
        }
    }

    private boolean isSilent() throws IOException {
        long now = read(trailer + RingBufferDescriptor.CONSUMER_HEARTBEAT_OFFSET, Long.BYTES).getLong(0);
        silentLooks = now == beat ? silentLooks + 1 : 0;
        beat = now;
        return silentLooks >= SILENT_LOOKS;
    }

    /**
     * Commands wait, and none was taken since the last looks: a length below 1 where a command begins stops the driver's reading there. Or
     * the driver has read past the last command, for which only a false length can be the reason, and sees no command before clients have
     * filled that distance.
     */
    private boolean isDeaf() throws IOException {
        long now = read(trailer + RingBufferDescriptor.HEAD_POSITION_OFFSET, Long.BYTES).getLong(0);
        long last = read(trailer + RingBufferDescriptor.TAIL_POSITION_OFFSET, Long.BYTES).getLong(0); // after the head: no less
        deafLooks = last > now && now == taken ? deafLooks + 1 : 0;
        taken = now;
        return last < now || deafLooks >= SILENT_LOOKS;
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
