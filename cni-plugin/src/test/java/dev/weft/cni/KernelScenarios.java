package dev.weft.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.testing.TestNamespaces;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The scenarios of {@link ReliabilityTableTest} on a real kernel, and with the real plugin. */
final class KernelScenarios {

    private KernelScenarios() {
    }

    /** What is done with a host that has one container. */
    private interface OnKernel {
        int code(KernelFixture host, Path directory) throws Exception;
    }

    static Map<String, Scenarios.Scenario> all() {
        Map<String, Scenarios.Scenario> all = new HashMap<>();
        all.put("no namespace", on((host, directory) -> untouched(host, "")));
        all.put("namespace is a regular file", on((host, directory) -> untouched(host, "/etc/passwd")));
        all.put("namespace is a FIFO", on((host, directory) -> {
            Path fifo = directory.resolve("fifo");
            TestNamespaces.succeed("mkfifo", fifo.toString());
            return untouched(host, fifo.toString());
        }));
        all.put("namespace is the host's own", on((host, directory) -> untouched(host, "/proc/self/ns/net")));
        all.put("namespace deleted", on((host, directory) -> {
            host.namespaces.remove(host.container);
            return untouched(host, TestNamespaces.path(host.container));
        }));
        all.put("namespace of another kind", on((host, directory) -> untouched(host, "/proc/self/ns/mnt")));
        all.put("interface exists in the namespace", on((host, directory) -> taken(host)));
        all.put("interface of the container's name", on((host, directory) -> taken(host)));
        all.put("CHECK after an address was removed", drift("addr flush dev eth0", "address 10.42.1.2"));
        all.put("CHECK after a route was removed", drift("route del default", "route 0.0.0.0/0"));
        all.put("CHECK after the link went down", drift("link set eth0 down", "interface eth0 is down"));
        all.put("CHECK after the link was removed", drift("link del eth0", "is missing"));
        all.put("drift is reported", drift("addr flush dev eth0", "address 10.42.1.2"));
        all.put("drift is repaired", on((host, directory) -> {
            assertEquals(0, host.call("ADD").code());
            KernelFixture.ip(host.container, "addr flush dev eth0");
            assertEquals(CniException.CHANGED, host.call("CHECK").code());
            host.endpoints.reconcile();
            return host.call("CHECK").code();
        }));
        all.put("interface of the endpoint's name on the host", on((host, directory) -> {
            KernelFixture.ip(host.host, "link add wf1x0 type veth peer name p0");
            int code = host.call("ADD").code();
            assertTrue(KernelFixture.ip(host.host, "link").contains("wf1x0"), "left alone");
            assertFalse(KernelFixture.ip(host.container, "link").contains("eth0"));
            assertEquals(0, host.call("ADD").code(), "the next one has another name");
            return code;
        }));
        plugin(all);
        return all;
    }

    private static void plugin(Map<String, Scenarios.Scenario> all) {
        all.put("socket missing", directory -> shim(directory, "ADD"));
        all.put("STATUS with the socket missing", directory -> shim(directory, "STATUS"));
        all.put("socket file stale", directory -> {
            ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(directory.resolve("agent.sock"))).close();
            return shim(directory, "ADD");
        });
        all.put("input of 100 MiB", directory -> code(Shim.run(Shim.environment("ADD"), new byte[100 << 20])));
        all.put("request beyond the limit", directory -> code(Shim.run(Shim.environment("ADD"), new byte[(4 << 20) + 1])));
        all.put("input that cannot be read", directory -> {
            ProcessBuilder builder = new ProcessBuilder("/bin/sh", "-c", "exec " + Shim.PROGRAM + " </");
            builder.environment().putAll(Shim.environment("ADD"));
            return code(Shim.outcome(builder.start()));
        });
        all.put("caller not allowed", KernelScenarios::stranger);
        all.put("slow and silent callers", directory -> {
            try (SocketAgent agent = SocketAgent.start(directory)) {
                List<SocketChannel> silent = new ArrayList<>();
                for (int i = 0; i < 300; i++) {
                    silent.add(SocketChannel.open(StandardProtocolFamily.UNIX));
                    silent.getLast().connect(UnixDomainSocketAddress.of(directory.resolve("agent.sock")));
                }
                int code = code(agent.run(onNamespace("ADD"), CniFixture.CONF.getBytes(StandardCharsets.UTF_8)));
                for (SocketChannel each : silent) {
                    each.close();
                }
                return code;
            }
        });
    }

    private static Scenarios.Scenario on(OnKernel scenario) {
        return directory -> {
            try (KernelFixture host = new KernelFixture(directory)) {
                return scenario.code(host, directory);
            }
        };
    }

    /** ADD with this path, which must change nothing on the host. */
    private static int untouched(KernelFixture host, String netns) throws Exception {
        String before = KernelFixture.ip(host.host, "-o addr") + KernelFixture.ip(host.host, "route");
        int code = host.call("ADD", netns, "").code();
        assertEquals(before, KernelFixture.ip(host.host, "-o addr") + KernelFixture.ip(host.host, "route"));
        assertEquals(List.of(), host.endpoints.list());
        return code;
    }

    private static int taken(KernelFixture host) throws Exception {
        KernelFixture.ip(host.container, "link add eth0 mtu 1234 type veth peer name p0");
        int code = host.call("ADD").code();
        assertTrue(KernelFixture.ip(host.container, "link show eth0").contains("mtu 1234"), "left alone");
        assertFalse(KernelFixture.ip(host.host, "link").contains("wf1x"));
        return code;
    }

    private static Scenarios.Scenario drift(String damage, String named) {
        return on((host, directory) -> {
            assertEquals(0, host.call("ADD").code());
            assertEquals(0, host.call("CHECK").code());
            KernelFixture.ip(host.container, damage);
            CniFixture.Reply reply = host.call("CHECK");
            assertTrue(reply.json().path("details").asText().contains(named), reply.toString());
            return reply.code();
        });
    }

    /** A process of another user, on a socket that the file system lets it reach. */
    private static int stranger(Path directory) throws Exception {
        Path open = Files.createTempDirectory(Path.of("/tmp"), "weft-test");
        try (SocketAgent agent = SocketAgent.start(open)) {
            Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxr-xr-x"));
            Files.setPosixFilePermissions(open.resolve("agent.sock"), PosixFilePermissions.fromString("rwxrwxrwx"));
            ProcessBuilder builder = new ProcessBuilder("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
                    open.resolve("weft").toString());
            builder.environment().putAll(onNamespace("ADD"));
            Process process = builder.start();
            process.getOutputStream().write(CniFixture.CONF.getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().close();
            int code = code(Shim.outcome(process));
            assertEquals(0, code(agent.run(onNamespace("ADD"), CniFixture.CONF.getBytes(StandardCharsets.UTF_8))), "root may");
            return code;
        } finally {
            TestNamespaces.succeed("rm", "-r", open.toString());
        }
    }

    private static Map<String, String> onNamespace(String command) {
        Map<String, String> environment = Shim.environment(command);
        environment.put("CNI_NETNS", "/run/netns/a");
        return environment;
    }

    private static int shim(Path directory, String command) throws Exception {
        ObjectNode conf = Json.mapper().createObjectNode().put("cniVersion", "1.1.0").put("name", "net1");
        conf.put("agentSocket", directory.resolve("agent.sock").toString()).put("spoolDir", directory.resolve("spool").toString());
        return code(Shim.run(Shim.environment(command), Json.mapper().writeValueAsBytes(conf)));
    }

    private static int code(Shim.Outcome outcome) throws Exception {
        return outcome.status() == 0 ? 0
                : Json.parse(outcome.stdout().getBytes(StandardCharsets.UTF_8), "stdout").path("code").asInt(-1);
    }
}
