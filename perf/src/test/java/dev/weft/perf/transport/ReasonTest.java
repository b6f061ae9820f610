package dev.weft.perf.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.EOFException;
import java.io.IOException;
import java.net.PortUnreachableException;
import java.nio.channels.AsynchronousCloseException;
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
}
