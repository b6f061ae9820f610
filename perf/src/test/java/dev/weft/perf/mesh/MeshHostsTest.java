package dev.weft.perf.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.perf.measure.AgentSocket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MeshHostsTest {
    @TempDir
    private Path folder;

    @Test
    void readsTheFileOfTheDirectory() throws IOException {
        Path file = Files.writeString(folder.resolve("hosts.yaml"), """
                hosts:
                  - id: host-a
                    address: 192.0.2.1
                    subnets: [10.42.1.0/24]
                  - id: host-b
                    address: "2001:db8::2"
                    port: 5000
                """);
        List<MeshHost> hosts = MeshHosts.inFile(file);
        assertEquals(List.of(new MeshHost("host-a", "192.0.2.1"), new MeshHost("host-b", "2001:db8:0:0:0:0:0:2")), hosts);
    }

    @Test
    void saysWhatIsWrongWithAFile() throws IOException {
        Path file = Files.writeString(folder.resolve("hosts.yaml"), "hosts:\n  - id: host-a\n");
        assertTrue(assertThrows(IOException.class, () -> MeshHosts.inFile(file)).getMessage().contains("address"));
        assertTrue(assertThrows(IOException.class, () -> MeshHosts.inFile(folder.resolve("none"))).getMessage().contains("--hosts"));
    }

    @Test
    void withoutAnAgentItNamesTheOtherWay() {
        String message = assertThrows(IOException.class, () -> MeshHosts.ofAgent(new AgentSocket(folder.resolve("none")))).getMessage();
        assertTrue(message.contains("--hosts"), message);
    }

    @Test
    void answersAnUnknownHostWithTheNearest() {
        List<MeshHost> hosts = List.of(new MeshHost("host-a", "192.0.2.1"), new MeshHost("host-b", "192.0.2.2"));
        String message = assertThrows(IllegalArgumentException.class, () -> MeshHosts.only(hosts, List.of("hosta"))).getMessage();
        assertTrue(message.contains("did you mean 'host-a'"), message);
        message = assertThrows(IllegalArgumentException.class, () -> MeshHosts.only(hosts, List.of("host-a"))).getMessage();
        assertTrue(message.contains("needs two hosts"), message);
    }
}
