package dev.weft.cni;

import dev.weft.control.ControlHandler;
import dev.weft.control.ControlRequest;
import dev.weft.control.ControlResponse;
import dev.weft.control.ControlServer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The verbs behind the agent's real control socket, and the real shim, built to use that socket when no configuration names one. */
final class SocketAgent implements AutoCloseable {
    private final Path directory;
    private final Path shim;
    private final ControlServer server;
    private volatile CniFixture fixture;

    private SocketAgent(Path directory, Path shim, Path socket) throws IOException {
        this.directory = directory;
        this.shim = shim;
        fresh();
        server = ControlServer.start(socket, List.of(new ControlHandler() {
            @Override
            public String path() {
                return "/cni/v1";
            }

            @Override
            public ControlResponse handle(ControlRequest request) throws Exception {
                return fixture.handler.handle(request);
            }
        }));
    }

    static SocketAgent start(Path directory) throws IOException, InterruptedException {
        Path socket = directory.resolve("agent.sock");
        return new SocketAgent(directory, Shim.build(directory.resolve("weft"), socket), socket);
    }

    /** An agent without endpoints, which answers from now on. */
    final CniFixture fresh() throws IOException {
        fixture = CniFixture.started(directory.resolve("spool"), "10.42.1.0/24", "fd42:0:0:1::/64");
        return fixture;
    }

    Shim.Outcome run(Map<String, String> environment, byte[] stdin) throws IOException, InterruptedException {
        return Shim.run(shim, environment, stdin);
    }

    @Override
    public void close() {
        server.close();
    }
}
