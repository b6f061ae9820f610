package dev.weft.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.cni.CniFixture.Reply;
import dev.weft.endpoint.EndpointPlumbing.Remains;
import dev.weft.endpoint.StoredEndpoint;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** The scenarios of {@link ReliabilityTableTest} that need no kernel. Each leaves nothing behind but what it says. */
final class Scenarios {
    private static final String CONF = CniFixture.CONF;
    private static final String SUBNET = "10.42.1.0/24";

    /** Goes through one row. @return the CNI code that came out of it, 0 for success */
    interface Scenario {
        int code(Path directory) throws Exception;
    }

    private Scenarios() {
    }

    static Map<String, Scenario> inMemory() {
        Map<String, Scenario> all = new HashMap<>();
        all.put("no command", refused("", "a", "eth0", CONF));
        all.put("command FOO", refused("FOO", "a", "eth0", CONF));
        all.put("container id empty", refused("ADD", "", "eth0", CONF));
        all.put("container id ../x", refused("ADD", "../x", "eth0", CONF));
        all.put("container id -a", refused("ADD", "-a", "eth0", CONF));
        all.put("container id of 4 KiB", refused("ADD", "a".repeat(4096), "eth0", CONF));
        all.put("container id with NUL", refused("ADD", "a\0b", "eth0", CONF));
        all.put("interface name of 16 bytes", refused("ADD", "a", "0123456789abcdef", CONF));
        all.put("interface name a/b", refused("ADD", "a", "a/b", CONF));
        all.put("interface name .", refused("ADD", "a", ".", CONF));
        all.put("interface name with a blank", refused("ADD", "a", "a b", CONF));
        all.put("interface name lo", refused("ADD", "a", "lo", CONF));
        all.put("input empty", refused("ADD", "a", "eth0", ""));
        all.put("input truncated", refused("ADD", "a", "eth0", CONF.substring(0, CONF.length() - 1)));
        all.put("input nested 10,000 deep", refused("ADD", "a", "eth0",
                "{\"name\":\"n\",\"x\":" + "[".repeat(10_000) + "]".repeat(10_000) + "}"));
        all.put("input with duplicate keys", refused("ADD", "a", "eth0", "{\"name\":\"n\",\"name\":\"a/b\"}"));
        all.put("input not UTF-8", directory -> started(directory).call(environment("ADD", "a", "eth0"),
                "{\"name\":\"\u00e4\"}".getBytes(StandardCharsets.ISO_8859_1)).code());
        all.put("version 9.9.9", refused("ADD", "a", "eth0", CONF.replace("1.0.0", "9.9.9")));
        all.put("subnet 10.0.0.0/33", refused("ADD", "a", "eth0", with("\"ipam\":{\"subnet\":\"10.0.0.0/33\"}")));
        all.put("subnet /32", refused("ADD", "a", "eth0", with("\"ipam\":{\"type\":\"weft\",\"subnet\":\"10.42.1.7/32\"}")));
        all.put("subnet 0.0.0.0/0", refused("ADD", "a", "eth0", with("\"ipam\":{\"subnet\":\"0.0.0.0/0\"}")));
        all.put("subnet of another family", refused("ADD", "a", "eth0", with("\"ipam\":{\"subnet\":\"fd42::/64\"}")));
        all.put("gateway outside the subnet", refused("ADD", "a", "eth0", with("\"ipam\":{\"subnet\":\"" + SUBNET
                + "\",\"gateway\":\"10.99.0.1\"}")));
        all.put("MTU 67", refused("ADD", "a", "eth0", with("\"mtu\":67")));
        all.put("MTU 70000", refused("ADD", "a", "eth0", with("\"mtu\":70000")));
        all.put("MTU -1", refused("ADD", "a", "eth0", with("\"mtu\":-1")));
        all.put("bandwidth negative", refused("ADD", "a", "eth0", with("\"runtimeConfig\":{\"bandwidth\":{\"ingressRate\":-5}}")));
        attachments(all);
        pool(all);
        state(all);
        lifecycle(all);
        return all;
    }

    private static void attachments(Map<String, Scenario> all) {
        all.put("ADD twice", directory -> {
            CniFixture agent = started(directory);
            agent.add("a", CONF);
            int code = agent.add("a", CONF).code();
            assertEquals(1, used(agent));
            assertEquals(1, agent.kernel.interfaces.size());
            return code;
        });
        all.put("DEL twice", directory -> {
            CniFixture agent = started(directory);
            agent.add("a", CONF);
            return agent.del("a", CONF).code() + nothingPrinted(agent.del("a", CONF));
        });
        all.put("DEL of an unknown id", directory -> nothingPrinted(started(directory).del("never-seen", CONF)));
        all.put("DEL with the namespace gone", directory -> {
            CniFixture agent = started(directory);
            agent.add("a", CONF);
            int code = nothingPrinted(agent.call("DEL", "a", "/run/netns/nope", "eth0", CONF));
            assertEquals(0, used(agent));
            return code;
        });
        all.put("DEL without prevResult", directory -> {
            CniFixture agent = started(directory);
            agent.add("a", CONF);
            return nothingPrinted(agent.call("DEL", "a", "", "eth0", CONF));
        });
        all.put("GC with a partial list", directory -> {
            CniFixture agent = attached(directory, "a", "b");
            int code = gc(agent, "[{\"containerID\":\"a\",\"ifname\":\"eth0\"},{\"containerID\":\"zz\",\"ifname\":\"eth0\"}]");
            assertEquals(Set.of("a"), containers(agent));
            return code;
        });
        all.put("GC with an empty list, twice", directory -> {
            CniFixture agent = attached(directory, "a", "b");
            int code = gc(agent, "[]") + gc(agent, "[]");
            assertEquals(Set.of(), containers(agent));
            return code;
        });
        all.put("32 at a time for one id", directory -> {
            CniFixture agent = started(directory);
            List<Integer> codes = atOnce(32, i -> agent.add("a", CONF).code());
            assertEquals(1, codes.stream().filter(code -> code == 0).count(), codes.toString());
            assertEquals(1, used(agent));
            codes.removeIf(code -> code == 0);
            assertEquals(1, Set.copyOf(codes).size(), codes.toString());
            return codes.getFirst();
        });
        all.put("500 at a time for different ids", directory -> {
            CniFixture agent = CniFixture.started(directory, "10.42.0.0/20");
            List<Integer> codes = atOnce(500, i -> agent.add("c" + i, CONF).code());
            Set<Object> addresses = new HashSet<>(agent.endpoints.list().stream().map(each -> each.endpoint().ipv4()).toList());
            assertEquals(500, addresses.size());
            return codes.stream().mapToInt(Integer::intValue).max().orElseThrow();
        });
    }

    private static void pool(Map<String, Scenario> all) {
        all.put("pool exhausted", directory -> small(directory).add("b", CONF).code());
        all.put("STATUS with the pool exhausted", directory -> small(directory).call("STATUS", "", "", "", newest("")).code());
        all.put("ADD after a DEL and the cool-down", directory -> {
            CniFixture agent = small(directory);
            agent.del("a", CONF);
            assertEquals(CniException.TRY_AGAIN_LATER, agent.add("b", CONF).code());
            agent.nanos.addAndGet(30_000_000_000L);
            return agent.add("b", CONF).code();
        });
        all.put("host lost its subnet, ADD", directory -> attached(directory, "a").restarted(directory, "boot").add("b", CONF).code());
        all.put("host lost its subnet, STATUS", directory -> attached(directory, "a").restarted(directory, "boot")
                .call("STATUS", "", "", "", newest("")).code());
        all.put("host lost its subnet, CHECK of what is attached", directory -> attached(directory, "a").restarted(directory, "boot")
                .check("a", CONF).code());
        all.put("no descriptors left", directory -> withoutDescriptors(directory).add("b", CONF).code());
        all.put("no descriptors left, STATUS", directory -> withoutDescriptors(directory).call("STATUS", "", "", "", newest("")).code());
        all.put("descriptors again", directory -> {
            CniFixture agent = withoutDescriptors(directory);
            agent.add("b", CONF);
            agent.kernel.attachFails = null;
            assertEquals(1, used(agent));
            return agent.add("b", CONF).code();
        });
    }

    private static void state(Map<String, Scenario> all) {
        all.put("agent restarted during ADD", directory -> killedAt(directory, "rename", 0));
        all.put("killed after the intent was written", directory -> killedAt(directory, "sync", 0));
        all.put("record damaged", directory -> damaged(directory, content -> content.replace("10.42.1.2", "10.42.1.3")));
        all.put("record of a newer version", directory -> damaged(directory, content -> content.replace("\"version\":1", "\"version\":2")));
        all.put("record lost, interface there", directory -> damaged(directory, content -> ""));
        all.put("ADD with the disk full", directory -> {
            CniFixture agent = attached(directory, "a");
            fill(agent);
            int code = agent.add("b", CONF).code();
            assertEquals(1, agent.kernel.interfaces.size());
            assertEquals(1, used(agent));
            return code;
        });
        all.put("DEL with the disk full", directory -> {
            CniFixture agent = attached(directory, "a");
            fill(agent);
            int code = agent.del("a", CONF).code();
            assertEquals(Map.of(), agent.kernel.interfaces);
            return code;
        });
    }

    private static void lifecycle(Map<String, Scenario> all) {
        all.put("agent killed while containers live", directory -> {
            CniFixture agent = attached(directory, "a").restarted(directory, "boot", SUBNET);
            assertEquals(1, agent.kernel.interfaces.size());
            return agent.check("a", CONF).code();
        });
        all.put("agent replaced while containers live", directory -> {
            CniFixture agent = attached(directory, "a").restarted(directory, "boot", SUBNET);
            assertEquals(0, agent.add("b", CONF).code());
            assertEquals(2, used(agent));
            return agent.del("a", CONF).code();
        });
        all.put("host rebooted", directory -> {
            CniFixture before = attached(directory, "a", "b");
            before.kernel.interfaces.clear();
            CniFixture agent = before.restarted(directory, "next boot", SUBNET);
            assertEquals(0, used(agent));
            assertEquals(0, agent.del("a", CONF).code());
            return agent.add("a", CONF).code();
        });
        all.put("namespace gone before DEL", directory -> {
            CniFixture agent = attached(directory, "a");
            agent.kernel.killNamespace(agent.inodeOf("/run/netns/a"));
            int code = agent.call("DEL", "a", "/run/netns/nope", "eth0", CONF).code() + agent.del("a", CONF).code();
            assertEquals(0, used(agent));
            return code;
        });
        all.put("DEL before ADD", directory -> {
            CniFixture agent = started(directory);
            assertEquals(0, agent.del("a", CONF).code());
            assertEquals(0, agent.add("a", CONF).code());
            return agent.del("a", CONF).code();
        });
        all.put("ADD after DEL, its namespace gone", directory -> {
            CniFixture agent = started(directory);
            agent.del("a", CONF);
            int code = agent.call("ADD", "a", "/run/netns/nope", "eth0", CONF).code();
            assertEquals(0, used(agent));
            return code;
        });
    }

    private static CniFixture started(Path directory) throws IOException {
        return CniFixture.started(directory, SUBNET);
    }

    private static CniFixture attached(Path directory, String... containers) throws Exception {
        CniFixture agent = started(directory);
        for (String container : containers) {
            assertEquals(0, agent.add(container, CONF).code());
        }
        return agent;
    }

    /** With room for one endpoint, which it has. */
    private static CniFixture small(Path directory) throws Exception {
        CniFixture agent = CniFixture.started(directory, "10.42.1.0/30");
        agent.add("a", CONF);
        return agent;
    }

    private static CniFixture withoutDescriptors(Path directory) throws Exception {
        CniFixture agent = attached(directory, "a");
        agent.kernel.attachFails = new IOException("socket: Too many open files (errno 24)");
        return agent;
    }

    private static Map<String, String> environment(String command, String container, String ifName) {
        return Map.of("CNI_COMMAND", command, "CNI_CONTAINERID", container, "CNI_NETNS", "/run/netns/a", "CNI_IFNAME", ifName, "CNI_PATH",
                "/opt/cni/bin");
    }

    /** A call that must leave nothing at all. */
    private static Scenario refused(String command, String container, String ifName, String stdin) {
        return directory -> {
            CniFixture agent = started(directory);
            int code = agent.call(environment(command, container, ifName), stdin.getBytes(StandardCharsets.UTF_8)).code();
            assertEquals(List.of(), agent.endpoints.list());
            assertEquals(0, used(agent));
            return code;
        };
    }

    private static String with(String member) {
        return CONF.replace("}", "," + member + "}");
    }

    private static String newest(String members) {
        return CONF.replace("1.0.0", "1.1.0").replace("}", members + "}");
    }

    private static int gc(CniFixture agent, String list) throws Exception {
        return agent.call("GC", "", "", "", newest(",\"cni.dev/valid-attachments\":" + list)).code();
    }

    private static int nothingPrinted(Reply reply) {
        assertTrue(reply.json().isMissingNode(), reply.toString());
        return reply.code();
    }

    private static int used(CniFixture agent) {
        return agent.pools.usage().get("default").stream().mapToInt(usage -> usage.used()).sum();
    }

    private static Set<String> containers(CniFixture agent) {
        return new HashSet<>(agent.endpoints.list().stream().map(StoredEndpoint::endpoint).map(each -> each.key().containerId()).toList());
    }

    private static void fill(CniFixture agent) {
        agent.disk.failWith((step, operation) -> {
            throw new IOException("No space left on device");
        });
    }

    private interface Numbered {
        int call(int number) throws Exception;
    }

    private static List<Integer> atOnce(int count, Numbered call) throws Exception {
        List<Future<Integer>> calls = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(32)) {
            for (int i = 0; i < count; i++) {
                int number = i;
                calls.add(threads.submit(() -> call.call(number)));
            }
        }
        List<Integer> codes = new ArrayList<>();
        for (Future<Integer> each : calls) {
            codes.add(each.get());
        }
        return codes;
    }

    /** The agent dies when it comes to that operation for the n-th time; the next run and the runtime's retry put all right. */
    private static int killedAt(Path directory, String operation, int occurrence) throws Exception {
        CniFixture agent = started(directory);
        int[] seen = {0};
        agent.disk.failWith((step, name) -> {
            if (name.equals(operation)) {
                seen[0]++;
            }
            if (seen[0] > occurrence) {
                throw new Error("killed");
            }
        });
        assertEquals("killed", assertThrows(Error.class, () -> agent.add("a", CONF)).getMessage());
        agent.disk.failWith((step, name) -> { });
        CniFixture next = agent.restarted(directory, "boot", SUBNET);
        assertEquals(Map.of(), next.kernel.interfaces);
        assertEquals(0, used(next));
        assertEquals(0, next.del("a", CONF).code());
        return next.add("a", CONF).code();
    }

    private interface Damage {
        String of(String content);
    }

    /** Somebody spoils a's record; a keeps its address all the same, and b gets another. */
    private static int damaged(Path directory, Damage damage) throws Exception {
        CniFixture agent = attached(directory, "a");
        String name = agent.disk.list().getFirst();
        agent.disk.write(name, damage.of(new String(agent.disk.read(name), StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8));
        CniFixture next = agent.restarted(directory, "boot", SUBNET);
        assertEquals(Set.of("a"), containers(next));
        int code = next.add("b", CONF).code();
        assertEquals(2, new HashSet<>(next.endpoints.list().stream().map(each -> each.endpoint().ipv4()).toList()).size());
        Remains foreign = new Remains("wf1x9", 1, 9, null, List.of());
        next.kernel.foreign.add(foreign);
        assertEquals(1, next.endpoints.audit().findings().stream().filter(each -> each.subject().equals("wf1x9")).count());
        assertEquals(0, next.del("a", CONF).code());
        return code;
    }
}
