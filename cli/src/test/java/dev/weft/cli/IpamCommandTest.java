package dev.weft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.control.ControlHandler;
import dev.weft.control.ControlRequest;
import dev.weft.control.ControlResponse;
import dev.weft.control.ControlServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class IpamCommandTest {
    private static final String WELL = """
            {"pools":[{"network":"default","subnet":"10.42.1.0/24","capacity":253,"used":1,"cooling":0}],
             "endpoints":[{"network":"default","container":"a","interface":"eth0"}],"findings":[]}""";

    @TempDir
    Path directory;
    private ControlServer server;
    private volatile String answer = WELL;
    private final StringWriter out = new StringWriter();

    @BeforeEach
    void start() throws IOException {
        server = ControlServer.start(socket(), List.of(new ControlHandler() {
            @Override
            public String path() {
                return "/v1/ipam";
            }

            @Override
            public ControlResponse handle(ControlRequest request) {
                return new ControlResponse(200, answer.getBytes(StandardCharsets.UTF_8));
            }
        }));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Path socket() {
        return directory.resolve("agent.sock");
    }

    private int check(String... more) {
        CommandLine line = new CommandLine(new IpamCommand()).setOut(new PrintWriter(out));
        String[] arguments = new String[more.length + 3];
        arguments[0] = "check";
        arguments[1] = "--socket";
        arguments[2] = socket().toString();
        System.arraycopy(more, 0, arguments, 3, more.length);
        return line.execute(arguments);
    }

    private String list(String content) throws IOException {
        return Files.writeString(directory.resolve("list"), content).toString();
    }

    @Test
    void shouldEndWithZeroWhenNothingDiffers() {
        assertEquals(0, check());
        assertTrue(out.toString().contains("1 endpoints, no difference"), out.toString());
    }

    @Test
    void shouldNameDifferencesWithTheirRemedies() {
        answer = WELL.replace("\"findings\":[]",
                "\"findings\":[{\"subject\":\"wf1x9\",\"detail\":\"belongs to no endpoint\",\"remedy\":\"r\"}]");
        assertEquals(1, check());
        assertTrue(out.toString().contains("wf1x9") && out.toString().contains("belongs to no endpoint"), out.toString());
        assertEquals(1, check("--output", "json"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"a|0", "a eth0|0", "[{\"containerID\":\"a\",\"ifname\":\"eth0\"}]|0", "a eth1|1", "# nothing|1",
        "[]|1", "a\\nb|1", "a eth0 more|1", "[{}]|1"})
    void shouldCompareWithWhatTheRuntimeHas(String content, int status) throws IOException {
        assertEquals(status, check("--runtime-list", list(content.replace("\\n", "\n"))), out.toString());
    }

    @Test
    void shouldSayWhichSideIsMissingIt() throws IOException {
        check("--runtime-list", list("b"));
        assertTrue(out.toString().contains("the runtime does not know it") && out.toString().contains("not attached"), out.toString());
    }
}
