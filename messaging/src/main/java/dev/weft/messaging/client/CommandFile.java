package dev.weft.messaging.client;

import io.aeron.CncFileDescriptor;
import io.aeron.exceptions.AeronException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * What a driver's command-and-control file says of itself. Read, not mapped: Aeron would wait for ever for one that is too short, and to
 * touch mapped memory behind the end of a file is a fault.
 *
 * @param started when its driver started, in milliseconds since 1970: tells one driver's life from the next
 */
record CommandFile(long started) {

    /**
     * @return null when there is none, or its driver is just starting
     * @throws IOException when no driver can be behind it: says why and what to do
     */
    static CommandFile read(Path directory) throws IOException {
        Path file = directory.resolve(CncFileDescriptor.CNC_FILE);
        ByteBuffer bytes = ByteBuffer.allocate(CncFileDescriptor.META_DATA_LENGTH).order(ByteOrder.nativeOrder());
        long size;
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
                // a short read is followed by another or by the end
            }
            size = channel.size();
        } catch (NoSuchFileException e) {
            return null;
        } catch (AccessDeniedException e) {
            throw mayNot(directory);
        }
        if (bytes.hasRemaining()) {
            throw new IOException(file + " is " + size + " bytes long, too short for the command file of a media driver; " + remedy());
        }
        UnsafeBuffer metaData = new UnsafeBuffer(bytes);
        int version = metaData.getInt(CncFileDescriptor.cncVersionOffset(0));
        if (version == 0) {
            return null;
        }
        try {
            CncFileDescriptor.checkVersion(version);
        } catch (AeronException e) {
            throw new IOException(file + " is of another version of Aeron (" + e.getMessage() + "); use the client version that"
                    + " docs/messaging.md names", e);
        }
        if (!CncFileDescriptor.isCncFileLengthSufficient(metaData, (int) Math.min(size, Integer.MAX_VALUE))) {
            throw new IOException(file + " is " + size + " bytes long, less than it says it must be; " + remedy());
        }
        return new CommandFile(CncFileDescriptor.startTimestampMs(metaData));
    }

    private static String remedy() {
        return "the agent starts a new driver within seconds (weft messaging status)";
    }

    /**
     * @throws IOException when this process may not use the driver
     */
    static void checkUsable(Path directory) throws IOException {
        if (!Files.isWritable(directory.resolve(CncFileDescriptor.CNC_FILE))) {
            throw mayNot(directory);
        }
    }

    private static IOException mayNot(Path directory) {
        return new IOException("this process may not use the media driver in " + directory + "; it must be root or of the group that the"
                + " agent's configuration names for the network");
    }
}
