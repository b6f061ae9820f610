package dev.weft.perf.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against an agent that says what the test wants; a live one answers in lab/netns/perf-fabric. */
class AgentProbeTest {
    @TempDir
    private Path folder;

    @Test
    void tellsWhatMovedAndWhichPathWasUsed() throws IOException {
        try (FakeAgent agent = new FakeAgent(folder.resolve("agent.sock"))) {
            AgentProbe probe = new AgentProbe(agent.socket);
            AgentProbe.Before before = probe.begin();
            agent.says("/v1/counters", """
                    {"counters": {"egress_packets": 1500, "path_to_tcp": 1, "loop_stalls": 3, "never_moved": 7}}""");
            AgentReport report = probe.end(before);
            assertEquals("host-a", report.host());
            assertEquals(Map.of("egress_packets", 1400L, "path_to_tcp", 1L), report.moved(), "what did not move is left out");
            assertEquals(Map.of("host-b", "mixed", "host-c", "tcp"), report.paths());
            assertTrue(report.remarks().getFirst().contains("no-device: no RDMA device here"), report.remarks().toString());
            assertEquals("agent host-a", report.cost().name());
            assertTrue(report.cost().cpuSeconds() >= 0);
        }
    }

    @Test
    void anAgentThatEndsDuringTheRunIsARemark() throws IOException {
        AgentProbe probe;
        AgentProbe.Before before;
        try (FakeAgent agent = new FakeAgent(folder.resolve("agent.sock"))) {
            probe = new AgentProbe(agent.socket);
            before = probe.begin();
        }
        AgentReport report = probe.end(before);
        assertNull(report.cost());
        assertTrue(report.remarks().getFirst().startsWith("agent host-a stopped answering"), report.remarks().toString());
    }

    @Test
    void withoutAnAgentThereIsNothingToTell() throws IOException {
        AgentProbe probe = new AgentProbe(folder.resolve("none.sock"));
        assertNull(probe.begin());
        assertNull(probe.end(null));
        try (FakeAgent agent = new FakeAgent(folder.resolve("agent.sock"))) {
            agent.documents.remove("/v1/status");
            assertNull(new AgentProbe(agent.socket).begin(), "who answers with errors is no agent");
        }
    }

    /** Answers GETs on a unix socket, one a connection. */
    private static final class FakeAgent implements AutoCloseable {
        private final Path socket;
        private final Map<String, String> documents = new ConcurrentHashMap<>();
        private final ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);

        FakeAgent(Path socket) throws IOException {
            this.socket = socket;
            says("/v1/status", "{\"host\": \"host-a\", \"pid\": " + ProcessHandle.current().pid() + "}");
            says("/v1/counters", "{\"counters\": {\"egress_packets\": 100, \"path_to_tcp\": 0, \"loop_stalls\": 3, \"never_moved\": 7}}");
            says("/v1/peers", """
                    {"peers": [
                      {"peer": "host-b", "sessions": [
                        {"lane": 0, "path": "tcp", "reason": "no-device", "detail": "no RDMA device here"},
                        {"lane": 1, "path": "rdma", "reason": "chosen", "detail": ""}]},
                      {"peer": "host-c", "sessions": [{"lane": 0, "path": "tcp", "reason": "no-device", "detail": ""}]}]}""");
            server.bind(UnixDomainSocketAddress.of(socket));
            Thread.ofPlatform().daemon().start(this::serve);
        }

        void says(String path, String document) {
            documents.put(path, document);
        }

        private void serve() {
            try {
                while (true) {
                    try (var visitor = server.accept()) {
                        ByteBuffer request = ByteBuffer.allocate(1024);
                        visitor.read(request);
                        String path = new String(request.array(), 0, request.position(), StandardCharsets.US_ASCII).split(" ")[1];
                        String document = documents.get(path);
                        String answer = document == null ? "HTTP/1.1 503 Unavailable\r\n\r\n{}" : "HTTP/1.1 200 OK\r\n\r\n" + document;
                        visitor.write(ByteBuffer.wrap(answer.getBytes(StandardCharsets.UTF_8)));
                    }
                }
            } catch (ClosedChannelException e) {
                documents.clear(); // the test is over
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }
}
