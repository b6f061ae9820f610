package dev.weft.agent;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/** Two agents on one state directory would give the same address twice: the second one is refused. The kernel frees it with the process. */
final class StateLock implements AutoCloseable {
    private final FileChannel channel;

    private StateLock(FileChannel channel) {
        this.channel = channel;
    }

    static StateLock take(Path stateDirectory) throws IOException {
        Files.createDirectories(stateDirectory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Path file = stateDirectory.resolve("lock");
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return new StateLock(channel);
            }
        } catch (OverlappingFileLockException e) {
            channel.close();
            throw new IOException(heldMessage(stateDirectory), e);
        }
        channel.close();
        throw new IOException(heldMessage(stateDirectory));
    }

    private static String heldMessage(Path stateDirectory) {
        return "another agent uses state directory " + stateDirectory + "; stop it, or give this one a state-dir of its own";
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
