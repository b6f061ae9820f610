package dev.weft.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class DescriptorsTest {

    @Test
    void shouldTellWhenAnEventWasSignalled() throws IOException {
        int fd = Descriptors.openEvent();
        try {
            assertFalse(Descriptors.awaitReadable(fd, 0));
            assertEquals(0, Descriptors.takeEvent(fd));
            Descriptors.signalEvent(fd);
            Descriptors.signalEvent(fd);
            assertTrue(Descriptors.awaitReadable(fd, -1));
            assertEquals(2, Descriptors.takeEvent(fd));
            assertFalse(Descriptors.awaitReadable(fd, 0));
        } finally {
            Descriptors.close(fd);
        }
    }

    @Test
    void shouldHaveADescriptorStandForAnotherFile() throws IOException {
        int kept = Descriptors.openEvent();
        int replaced = Descriptors.openEvent();
        try {
            Descriptors.signalEvent(kept);
            Descriptors.replace(replaced, kept);
            assertEquals(1, Descriptors.takeEvent(replaced));
        } finally {
            Descriptors.close(kept);
            Descriptors.close(replaced);
        }
    }

    @Test
    void shouldNameTheCallAndTheErrorOfABadDescriptor() {
        IOException refused = assertThrows(IOException.class, () -> Descriptors.setNonBlocking(-1));
        assertEquals("fcntl of descriptor -1 failed: Bad file descriptor (errno 9)", refused.getMessage());
    }
}
