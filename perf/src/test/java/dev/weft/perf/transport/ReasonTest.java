package dev.weft.perf.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.EOFException;
import java.io.IOException;
import java.net.PortUnreachableException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;

class ReasonTest {

    @Test
    void isTheMessageWhenThereIsOne() {
        assertEquals("Connection refused", Reason.of(new IOException("Connection refused")));
    }

    @Test
    void isASentenceWhenJavaHasNone() {
        assertEquals("nothing listens on that port", Reason.of(new PortUnreachableException()));
        assertEquals("the connection was closed", Reason.of(new AsynchronousCloseException()));
        assertEquals("the connection ended in the middle of a message", Reason.of(new EOFException()));
    }

    @Test
    void isThatOfTheCauseOrTheNameOfTheClass() {
        assertEquals("the connection was closed", Reason.of(new IllegalStateException(null, new AsynchronousCloseException())));
        assertEquals("IllegalStateException", Reason.of(new IllegalStateException()));
    }

    @Test
    void saysWhatIsWrongWithAFileOfWhichJavaSaysOnlyTheName() {
        assertEquals("/etc/weft/agent.yaml: there is no such file", Reason.of(new NoSuchFileException("/etc/weft/agent.yaml")));
        assertEquals("/etc/weft/agent.yaml: permission denied", Reason.of(new AccessDeniedException("/etc/weft/agent.yaml")));
        assertEquals("/a: Is a directory", Reason.of(new FileSystemException("/a", null, "Is a directory")));
    }
}
