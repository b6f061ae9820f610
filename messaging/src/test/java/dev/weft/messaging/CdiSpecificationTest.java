package dev.weft.messaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.agent.config.AgentConfig;
import dev.weft.agent.config.AgentConfigLoader;
import dev.weft.agent.config.ConfigException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class CdiSpecificationTest {
    private static final String BASE = """
            host: a
            underlay: 192.0.2.1
            directory: {file: /etc/weft/hosts.yaml}
            networks:
              - {name: blue, vni: 7, ranges: [10.43.0.0/16]}
              - {name: red, vni: 8, ranges: [10.44.0.0/16]}
            """;

    private static AgentConfig parse(String messaging) throws ConfigException {
        return AgentConfigLoader.parse(Path.of("agent.yaml"), BASE + messaging);
    }

    private static String refused(String messaging) {
        try {
            parse(messaging);
            return "";
        } catch (ConfigException e) {
            return e.getMessage();
        }
    }

    @Test
    void shouldDescribeADeviceForEachDriverAndNoneOfOtherNetworks() throws Exception {
        JsonNode document = new ObjectMapper().readTree(CdiSpecification.of(parse("""
                messaging:
                  networks:
                    blue: {driver: endpoint, endpoints: [10.43.1.7]}
                """).messaging()));
        assertEquals("weft.dev/messaging", document.path("kind").asText());
        assertEquals(1, document.path("devices").size());
        JsonNode device = document.path("devices").path(0);
        assertEquals("blue-10.43.1.7", device.path("name").asText());
        JsonNode mount = device.path("containerEdits").path("mounts").path(0);
        assertEquals("/run/weft/messaging/blue-10.43.1.7", mount.path("hostPath").asText());
        assertEquals(mount.path("hostPath"), mount.path("containerPath"), "the driver names its files by its own path");
        assertEquals("AERON_DIR=/run/weft/messaging/blue-10.43.1.7/aeron", device.path("containerEdits").path("env").path(0).asText());
    }

    @Test
    void shouldBeOffUnlessANetworkAsksForIt() throws ConfigException {
        assertTrue(!parse("").messaging().isOn());
        assertTrue(parse("messaging: {networks: {red: {}}}\n").messaging().isOn());
    }

    @Test
    void shouldRefuseWhatCannotWorkAndSayWhy() {
        assertTrue(refused("messaging: {networks: {green: {}}}\n").contains("not among the networks"));
        assertTrue(refused("messaging: {networks: {red: {mtu: 1500}}}\n").contains("multiple of 32"));
        assertTrue(refused("messaging: {networks: {red: {mtu: 16384, term-length: 64KiB}}}\n").contains("eighth of term-length"));
        assertTrue(refused("messaging: {networks: {red: {term-length: 96KiB}}}\n").contains("power of two"));
        assertTrue(refused("messaging: {networks: {red: {driver: endpoint}}}\n").contains("endpoints"));
        assertTrue(refused("messaging: {networks: {red: {driver: endpoint, endpoints: [10.43.1.1]}}}\n").contains("does not lie"));
        assertTrue(refused("messaging: {networks: {red: {endpoints: [10.44.1.1]}}}\n").contains("only"));
        assertTrue(refused("messaging: {networks: {red: {modes: shared}}}\n").contains("modes"));
    }
}
