package dev.weft.agent.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.session.RdmaPolicy;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What operators write, right and wrong. Every refusal names file, line, key, value and what is allowed. */
class AgentConfigLoaderTest {
    private static final Path FILE = Path.of("/etc/weft/agent.yaml");
    private static final String LEAST = "host: a\nunderlay: 192.0.2.1\ndirectory: {file: /etc/weft/hosts.yaml}\n";

    private static String refusal(String text) {
        return assertThrows(ConfigException.class, () -> AgentConfigLoader.parse(FILE, text)).getMessage();
    }

    @Test
    void shouldNeedNothingButHostUnderlayAndDirectory() throws ConfigException {
        AgentConfig config = AgentConfigLoader.parse(FILE, LEAST);
        assertEquals("a", config.host());
        assertEquals(AgentConfig.DEFAULT_PORT, config.port());
        assertEquals(AgentConfig.Tun.DEFAULT, config.tun());
        assertEquals(java.util.List.of(AgentConfig.DEFAULT_NETWORK), config.networks());
    }

    @Test
    void shouldTakeEveryKey() throws ConfigException {
        AgentConfig config = AgentConfigLoader.parse(FILE, LEAST + """
                port: 5000
                lanes: 4
                state-dir: /srv/weft
                socket: /run/weft.sock
                busy-poll: 0s
                tun: {name: wf-tun, mtu: 9000, queue-length: 100}
                session: {heartbeat: 50ms, dead-after: 250ms, reconnect-min: 20ms, reconnect-max: 2s}
                rdma: {policy: forbid, peers: {b: require}, ack-timeout: 200ms}
                networks:
                  - {name: red, vni: 7, ranges: [10.7.0.0/16], masquerade: false}
                """);
        assertEquals(4, config.lanes());
        assertEquals(Duration.ZERO, config.busyPoll());
        assertEquals(9000, config.tun().mtu());
        assertEquals(Duration.ofMillis(250), config.session().deadAfter());
        assertEquals(RdmaPolicy.REQUIRE, config.rdma().towards("b"));
        assertEquals(RdmaPolicy.FORBID, config.rdma().towards("c"));
        assertEquals(7, config.networks().getFirst().vni());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "lanes: 0                       | line 4: lanes: '0'            | from 1 to 16",
        "lanes: many                    | line 4: lanes: 'many'         | from 1 to 16",
        "port: 70000                    | line 4: port: '70000'         | a whole number from 1 to",
        "lane: 2                        | line 4: lane: unknown key     | did you mean 'lanes'?",
        "tun: {mtu: 100}                | line 4: tun.mtu: '100'        | from 1280 to 65521",
        "tun: {name: way-too-long-a-name} | line 4: tun.name: 'way-too-long-a-name' | 1 to 15 of",
        "tun: [weft0]                   | line 4: tun: a list           | keys with values",
        "session: {heartbeat: 200}      | line 4: session.heartbeat: '200' | h m s ms us ns",
        "session: {dead-after: 250ms}   | line 4: session.dead-after:   | at least twice the heartbeat",
        "rdma: {policy: maybe}          | line 4: rdma.policy: 'maybe'  | one of prefer, require, forbid",
        "networks: []                   | line 4: networks:             | must not be empty",
        "networks: [{name: x, vni: 1}]  | line 4: networks[0].ranges:   | must hold one range",
        "'networks: [{name: x, vni: 1, ranges: [10.0.0.0/8]}, {name: y, vni: 1, ranges: [10.1.0.0/16]}]' | same vni 1 | overlap",
        "socket: agent.sock             | line 4: socket: 'agent.sock'  | an absolute path",
        "host: b                        | line 4: host: given twice     | first in line 1",
        "'lanes: [1'                    | /etc/weft/agent.yaml: line    | line"})
    void shouldRefuseWithPlaceValueAndWhatIsAllowed(String line, String where, String allowed) {
        String message = refusal(LEAST + line + "\n");
        assertTrue(message.startsWith(FILE + ": "), message);
        assertTrue(message.contains(where), message);
        assertTrue(message.contains(allowed), message);
    }

    @Test
    void shouldNameEverythingThatIsMissingOrWrongAtOnce() {
        String message = refusal("lanes: 99\n");
        for (String key : new String[] {"host: is missing", "underlay: is missing", "directory: is missing", "lanes: '99'"}) {
            assertTrue(message.contains(key), message);
        }
        assertEquals(4, message.lines().count(), message);
    }
}
