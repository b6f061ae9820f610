package dev.weft.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.agent.config.AgentConfig;
import dev.weft.agent.config.AgentConfigLoader;
import dev.weft.agent.config.ConfigException;
import dev.weft.counters.CounterId;
import dev.weft.host.FirewallCounter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** docs/operations.md says what the code does. */
class OperationsDocumentTest {
    private final String text;

    OperationsDocumentTest() throws IOException {
        text = Files.readString(Path.of("../docs/operations.md"));
    }

    @Test
    void shouldListEveryCounterAndNoOther() {
        String table = text.substring(text.indexOf("## Counters"));
        Set<String> documented = Pattern.compile("(?m)^\\| `([a-z0-9_]+)` \\|").matcher(table).results().map(row -> row.group(1))
                .collect(Collectors.toSet());
        assertEquals(Arrays.stream(CounterId.values()).map(CounterId::label).collect(Collectors.toSet()), documented);
    }

    @Test
    void shouldListEverythingTheFirewallDrops() {
        for (FirewallCounter counter : FirewallCounter.values()) {
            assertTrue(text.contains("| `" + counter.label() + "` | " + counter.description() + " |"), counter.label());
        }
    }

    @Test
    void shouldGiveTheDefaultsThatAreInForce() throws ConfigException {
        AgentConfig config = AgentConfigLoader.parse(Path.of("agent.yaml"), "host: a\nunderlay: 192.0.2.1\ndirectory: {file: /d.yaml}\n");
        assertEquals(String.valueOf(config.port()), defaultOf("port"));
        assertEquals(String.valueOf(config.lanes()), defaultOf("lanes"));
        assertEquals(config.busyPoll().toNanos() / 1_000 + "us", defaultOf("busy-poll"));
        assertEquals(config.stateDir().toString(), defaultOf("state-dir"));
        assertEquals(config.socket().toString(), defaultOf("socket"));
        assertEquals(config.tun().name(), defaultOf("tun.name"));
        assertEquals(String.valueOf(config.tun().mtu()), defaultOf("tun.mtu"));
        assertEquals(String.valueOf(config.tun().queueLength()), defaultOf("tun.queue-length"));
        assertEquals(config.session().heartbeat().toMillis() + "ms", defaultOf("session.heartbeat"));
        assertEquals(config.session().deadAfter().toSeconds() + "s", defaultOf("session.dead-after"));
        assertEquals(config.session().reconnectMin().toMillis() + "ms", defaultOf("session.reconnect-min"));
        assertEquals(config.session().reconnectMax().toSeconds() + "s", defaultOf("session.reconnect-max"));
        assertEquals(config.rdma().ackTimeout().toMillis() + "ms", defaultOf("rdma.ack-timeout"));
        assertEquals(config.rdma().idleAfter().toMinutes() + "m", defaultOf("rdma.idle-after"));
    }

    @Test
    void shouldAcceptTheDefaultsItNames() throws ConfigException {
        AgentConfig config = AgentConfigLoader.parse(Path.of("agent.yaml"), "host: a\nunderlay: 192.0.2.1\ndirectory: {file: /d.yaml}\n"
                + "busy-poll: " + defaultOf("busy-poll") + "\nrdma: {ack-timeout: " + defaultOf("rdma.ack-timeout") + "}\n"
                + "session: {reconnect-max: " + defaultOf("session.reconnect-max") + "}\n");
        assertEquals(AgentConfig.DEFAULT_BUSY_POLL, config.busyPoll());
    }

    private String defaultOf(String key) {
        Matcher row = Pattern.compile("(?m)^\\| `" + Pattern.quote(key) + "` \\| ([^|]+) \\|").matcher(text);
        assertTrue(row.find(), "docs/operations.md does not list " + key);
        return row.group(1);
    }
}
