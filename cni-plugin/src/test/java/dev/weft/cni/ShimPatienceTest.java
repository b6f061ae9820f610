package dev.weft.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** How long the plugin's executable waits: up to half a minute of nothing, so beside the other tests (junit-platform.properties). */
@Execution(ExecutionMode.CONCURRENT)
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class ShimPatienceTest {
    @TempDir
    Path directory;

    @Test
    void shouldNotWaitForEverForAnAgentThatSaysNothing() throws Exception {
        Path socket = directory.resolve("agent.sock");
        Path spool = directory.resolve("spool");
        byte[] conf = Json.mapper().writeValueAsBytes(Map.of("cniVersion", "1.0.0", "name", "net1", "type", "weft", "agentSocket",
                socket.toString(), "spoolDir", spool.toString()));
        try (ServerSocketChannel silent = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            silent.bind(UnixDomainSocketAddress.of(socket));
            long begin = System.nanoTime();
            Process add = Shim.start(Shim.environment("ADD"));
            add.getOutputStream().write(conf);
            add.getOutputStream().close();
            assertEquals(new Shim.Outcome(0, "", ""), Shim.run(Shim.environment("DEL"), conf));
            try (Stream<Path> spooled = Files.list(spool)) {
                assertEquals(1, spooled.count());
            }
            assertEquals(11, code(Shim.outcome(add)));
            assertTrue(System.nanoTime() - begin >= TimeUnit.SECONDS.toNanos(29), "it waited as long as an ADD may take");
        }
    }

    @Test
    void shouldNotWaitForEverForARuntimeThatDoesNotCloseItsInput() throws Exception {
        Process process = Shim.start(Shim.environment("DEL"));
        assertEquals(5, code(Shim.outcome(process)));
        process.getOutputStream().close();
    }

    private static int code(Shim.Outcome outcome) throws IOException {
        JsonNode answer = Json.mapper().readTree(outcome.stdout());
        return answer.path("code").asInt();
    }
}
