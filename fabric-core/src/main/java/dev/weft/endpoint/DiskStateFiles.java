package dev.weft.endpoint;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;

/** {@link StateFiles} in a directory that only its owner can read; in its folder {@code spare} are files to be used again. */
public final class DiskStateFiles implements StateFiles {
    private static final String SPARE = "spare";

    private final Path directory;
    private final SpareFiles spares;

    /** Makes the directory when it is missing. */
    public DiskStateFiles(Path directory) throws IOException {
        this.directory = directory;
        Files.createDirectories(directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        spares = new SpareFiles(directory.resolve(SPARE));
    }

    @Override
    public List<String> list() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(Files::isRegularFile).map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Override
    public boolean exists(String name) {
        return Files.exists(directory.resolve(name));
    }

    @Override
    public byte[] read(String name) throws IOException {
        return Files.readAllBytes(directory.resolve(name));
    }

    @Override
    public void write(String name, byte[] content) throws IOException {
        spares.fill(directory.resolve(name), content);
    }

    @Override
    public void sync(String name) throws IOException {
        try (FileChannel file = FileChannel.open(directory.resolve(name), StandardOpenOption.WRITE)) {
            file.force(true);
        }
    }

    @Override
    public void rename(String from, String to) throws IOException {
        Files.move(directory.resolve(from), directory.resolve(to), StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void delete(String name) throws IOException {
        spares.retire(directory.resolve(name));
    }

    @Override
    public void syncDirectory() throws IOException {
        List<Path> resting = spares.resting();
        try (FileChannel opened = FileChannel.open(directory, StandardOpenOption.READ)) {
            opened.force(true);
        } catch (IOException e) {
            spares.notRested(resting);
            throw e;
        }
        spares.rested(resting);
    }

    @Override
    public String toString() {
        return directory.toString();
    }
}
