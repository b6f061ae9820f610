package dev.weft.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.weft.testing.RequiresRoot;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Callers of another user, and handlers that break, seen by curl on a real socket. */
@RequiresRoot
class HostileCallersTest {
    private static final int HTTP_ERROR = 22; // curl's exit status for an answer of 400 and above

    @TempDir
    private Path folder;
    private Path socket;
    private ControlServer server;

    private static ControlHandler handler(String path, boolean broken) {
        return new ControlHandler() {
            @Override
            public String path() {
                return path;
            }

            @Override
            public ControlResponse handle(ControlRequest request) {
                if (broken) {
                    throw new NoSuchMethodError("an error, not an exception");
                }
                return new ControlResponse(200, "{}".getBytes(StandardCharsets.UTF_8));
            }
        };
    }

    @BeforeEach
    void start() throws IOException {
        socket = folder.resolve("agent.sock");
        server = ControlServer.start(socket, List.of(handler("/ok", false), handler("/broken", true)));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    /** The files let everybody in, so that only the kernel's word on who calls can keep anybody out. */
    @Test
    void shouldRefuseAUserThatIsNeitherRootNorItsOwn() throws Exception {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-rw-rw-"));
        assertEquals(0, curl("0", "/ok"));
        assertNotEquals(0, curl("65534", "/ok"));
    }

    @Test
    void shouldAnswerEvenWhenAHandlerBreaksWithAnError() throws Exception {
        assertEquals(HTTP_ERROR, curl("0", "/broken"));
        assertEquals(0, curl("0", "/ok"));
    }

    private int curl(String user, String path) throws Exception {
        return new ProcessBuilder("setpriv", "--reuid=" + user, "--regid=" + user, "--clear-groups", "curl", "--silent", "--fail",
                "--max-time", "10", "--unix-socket", socket.toString(), "http://weft" + path)
                .redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor();
    }
}
