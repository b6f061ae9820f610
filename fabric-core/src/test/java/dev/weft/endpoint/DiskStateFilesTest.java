package dev.weft.endpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskStateFilesTest {
    private static final byte[] LONG = "a long record of an endpoint".getBytes(StandardCharsets.UTF_8);
    private static final byte[] SHORT = "short".getBytes(StandardCharsets.UTF_8);

    @TempDir
    private Path directory;
    private DiskStateFiles files;

    @BeforeEach
    void open() throws IOException {
        files = new DiskStateFiles(directory);
    }

    private Object inode(String name) throws IOException {
        return Files.getAttribute(directory.resolve(name), "unix:ino");
    }

    private List<Path> spares() throws IOException {
        try (Stream<Path> found = Files.list(directory.resolve("spare"))) {
            return found.toList();
        }
    }

    @Test
    void shouldReplaceAFileAsAWhole() throws Exception {
        files.write("one", LONG);
        files.write("one", SHORT);
        assertArrayEquals(SHORT, files.read("one"));
        assertEquals(List.of("one"), files.list());
    }

    @Test
    void shouldWriteADeletedFileAgainAndLeaveNothingOfItsContent() throws Exception {
        files.write("one", LONG);
        Object inode = inode("one");
        files.delete("one");
        files.syncDirectory();
        assertFalse(files.exists("one"));
        assertEquals(List.of(), files.list());
        files.write("two", SHORT);
        assertEquals(inode, inode("two"));
        assertArrayEquals(SHORT, files.read("two"));
        assertEquals(List.of(), spares());
    }

    /** Its old name may still be on the disk, and would then have the new content. */
    @Test
    void shouldNotWriteADeletedFileAgainBeforeTheDirectoryIsSynced() throws Exception {
        files.write("one", LONG);
        Object inode = inode("one");
        files.delete("one");
        files.write("two", SHORT);
        assertNotEquals(inode, inode("two"));
    }

    @Test
    void shouldTakeUpWhatAnEarlierRunKeptOnceTheDirectoryIsSynced() throws Exception {
        files.write("one", LONG);
        Object inode = inode("one");
        files.delete("one");
        Files.writeString(directory.resolve("spare/rubbish"), "not ours");
        DiskStateFiles later = new DiskStateFiles(directory);
        later.write("two", SHORT);
        assertNotEquals(inode, inode("two"));
        later.syncDirectory();
        later.write("three", SHORT);
        assertEquals(inode, inode("three"));
        assertEquals(List.of(), spares());
    }

    @Test
    void shouldKeepABoundedNumberOfSpareFiles() throws Exception {
        for (int i = 0; i < SpareFiles.MOST + 10; i++) {
            files.write("file" + i, SHORT);
        }
        for (int i = 0; i < SpareFiles.MOST + 10; i++) {
            files.delete("file" + i);
        }
        assertEquals(SpareFiles.MOST, spares().size());
        assertEquals(List.of(), files.list());
        Files.writeString(directory.resolve("spare/999999"), "one too many");
        new DiskStateFiles(directory);
        assertEquals(SpareFiles.MOST, spares().size());
    }

    @Test
    void shouldDeleteWhatIsNotThereWithoutAWord() throws Exception {
        files.delete("never");
        assertEquals(List.of(), spares());
    }

    /** The name is a directory's: nothing can be moved there. */
    @Test
    void shouldLeaveNothingAsideWhenAWriteFails() throws Exception {
        Files.createDirectories(directory.resolve("taken/inside"));
        assertThrows(IOException.class, () -> files.write("taken", SHORT));
        assertEquals(List.of(), spares());
        assertTrue(Files.isDirectory(directory.resolve("taken/inside")));
    }
}
