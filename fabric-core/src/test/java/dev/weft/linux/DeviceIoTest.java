package dev.weft.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** On an eventfd (eventfd(2)): 8 bytes a read or write, readable when above 0, full at 2^64 - 2. */
class DeviceIoTest {
    private static final int EBADF = 9;
    private static final long FULL = -2;
    private static final int CALLS = 10_000;

    private final Arena arena = Arena.ofConfined();
    private final DeviceIo io = new DeviceIo(arena);
    private final MemorySegment count = arena.allocate(ValueLayout.JAVA_LONG);

    @AfterEach
    void freeMemory() {
        arena.close();
    }

    @Test
    void shouldMoveBytesByAddress() throws IOException {
        int fd = Descriptors.openEvent();
        try {
            count.set(ValueLayout.JAVA_LONG, 0, 7);
            assertEquals(8, io.write(fd, count.address(), 8));
            count.set(ValueLayout.JAVA_LONG, 0, 0);
            assertEquals(8, io.read(fd, count.address(), 8));
            assertEquals(7, count.get(ValueLayout.JAVA_LONG, 0));
        } finally {
            Descriptors.close(fd);
        }
    }

    @Test
    void shouldSayNotNowWhenThereIsNothingToReadAndNoRoomToWrite() throws IOException {
        int fd = Descriptors.openEvent();
        try {
            assertEquals(-Errno.EAGAIN, io.read(fd, count.address(), 8));
            count.set(ValueLayout.JAVA_LONG, 0, FULL);
            assertEquals(8, io.write(fd, count.address(), 8));
            count.set(ValueLayout.JAVA_LONG, 0, 1);
            assertEquals(-Errno.EAGAIN, io.write(fd, count.address(), 8));
        } finally {
            Descriptors.close(fd);
        }
    }

    @Test
    void shouldAskTheKernelOnceForWhatIsNotThere() throws IOException {
        int fd = Descriptors.openEvent();
        try {
            long before = readCalls();
            for (int i = 0; i < CALLS; i++) {
                assertEquals(-Errno.EAGAIN, io.read(fd, count.address(), 8));
            }
            long calls = readCalls() - before;
            assertTrue(calls >= CALLS && calls < CALLS + CALLS / 10, () -> calls + " read(2) for " + CALLS);
        } finally {
            Descriptors.close(fd);
        }
    }

    /** read(2) calls of this thread so far (proc(5), syscr), those for this answer included. */
    private static long readCalls() throws IOException {
        return Files.readAllLines(Path.of("/proc/thread-self/io")).stream().filter(line -> line.startsWith("syscr: "))
                .mapToLong(line -> Long.parseLong(line.substring("syscr: ".length()))).findFirst().orElseThrow();
    }

    @Test
    void shouldNameEveryOtherErrorAlsoRightAfterNotNow() throws IOException {
        int fd = Descriptors.openEvent();
        try {
            assertEquals(-Errno.EAGAIN, io.read(fd, count.address(), 8));
            assertEquals(-Errno.EINVAL, io.read(fd, count.address(), 4));
            assertEquals(-Errno.EAGAIN, io.read(fd, count.address(), 8));
            assertEquals(-EBADF, io.write(-1, count.address(), 8));
        } finally {
            Descriptors.close(fd);
        }
    }
}
