package dev.weft.endpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * Files that are no longer wanted, kept to be written again: a file system may take longer to make a file than everything else about an
 * endpoint takes (ext4 passes over each inode freed in the last minutes, {@code recently_deleted} in fs/ext4/ialloc.c).
 *
 * <pre>
 *   retire            syncDirectory of the owner          fill
 *   name --> RESTING ----------------------------> READY ------> new name, with the whole new content
 * </pre>
 *
 * A file rests until it is certain that its old name is off the disk; written earlier, a power cut could leave one endpoint's record under
 * another's name. Bounded. May block; thread-safe.
 */
final class SpareFiles {
    static final int MOST = 512;

    private final Path directory;
    private final ConcurrentLinkedDeque<Path> ready = new ConcurrentLinkedDeque<>();
    private final ConcurrentLinkedDeque<Path> resting = new ConcurrentLinkedDeque<>();
    private final AtomicInteger count = new AtomicInteger();
    private final AtomicLong nextName = new AtomicLong();

    /** Takes up what an earlier run kept there; makes the directory when it is missing. */
    SpareFiles(Path directory) throws IOException {
        this.directory = directory;
        Files.createDirectories(directory);
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                takeUp(file);
            }
        }
    }

    private void takeUp(Path file) throws IOException {
        String name = file.getFileName().toString();
        if (count.get() < MOST && name.matches("[0-9]{1,18}")) {
            nextName.accumulateAndGet(Long.parseLong(name) + 1, Math::max);
            count.incrementAndGet();
            resting.add(file);
        } else {
            Files.deleteIfExists(file);
        }
    }

    /** Writes a file aside and moves it to its place: there, it is whole or not at all. Replaces what is there. */
    void fill(Path target, byte[] content) throws IOException {
        Path file = ready.poll();
        if (file == null) {
            file = freshName();
        } else {
            count.decrementAndGet();
        }
        try {
            write(file, content);
            Files.move(file, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            discard(file, e);
            throw e;
        }
    }

    private Path freshName() {
        return directory.resolve(Long.toString(nextName.getAndIncrement()));
    }

    private static void write(Path file, byte[] content) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            ByteBuffer rest = ByteBuffer.wrap(content);
            while (rest.hasRemaining()) {
                channel.write(rest);
            }
            channel.truncate(content.length);
        }
    }

    /** Never used again: whatever it cannot be written for may be its own fault. */
    private static void discard(Path file, IOException cause) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }

    /** Takes a file away from its place; does nothing when there is none. */
    void retire(Path file) throws IOException {
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (count.incrementAndGet() > MOST) {
            count.decrementAndGet();
            Files.deleteIfExists(file);
            return;
        }
        Path aside = freshName();
        try {
            Files.move(file, aside, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            count.decrementAndGet();
            Files.deleteIfExists(file); // or says what is wrong
            return;
        }
        resting.add(aside);
    }

    /** What rests now may be used once the directory that it was in is synced, see {@link #rested}. */
    List<Path> resting() {
        List<Path> found = new ArrayList<>();
        for (Path file = resting.poll(); file != null; file = resting.poll()) {
            found.add(file);
        }
        return found;
    }

    void rested(List<Path> files) {
        files.forEach(ready::push);
    }

    /** The sync failed: nothing is certain. */
    void notRested(List<Path> files) {
        resting.addAll(files);
    }
}
