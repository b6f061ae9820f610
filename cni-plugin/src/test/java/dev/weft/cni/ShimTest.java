package dev.weft.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The plugin's executable against agents of every character. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class ShimTest {
    private static final String RESULT = "{\"cniVersion\":\"1.0.0\",\"ips\":[{\"address\":\"10.42.1.2/32\"}],\"dns\":{}}";

    @TempDir
    Path directory;

    private byte[] conf() throws IOException {
        ObjectNode conf = Json.mapper().createObjectNode().put("cniVersion", "1.0.0").put("name", "net1").put("type", "weft");
        conf.putObject("nested").put("agentSocket", "/not/this/one").put("spoolDir", "/nor/this");
        conf.put("AgentSocket", socket().toString()).put("spoolDir", spool().toString());
        return Json.mapper().writeValueAsBytes(conf);
    }

    private Path socket() {
        return directory.resolve("agent.sock");
    }

    private Path spool() {
        return directory.resolve("var/lib/spool");
    }

    private List<Path> spooled() throws IOException {
        if (!Files.exists(spool())) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(spool())) {
            return files.sorted().toList();
        }
    }

    private Shim.Outcome run(String command) throws Exception {
        return Shim.run(Shim.environment(command), conf());
    }

    private static JsonNode json(Shim.Outcome outcome) throws Exception {
        return Json.parse(outcome.stdout().getBytes(StandardCharsets.UTF_8), "stdout");
    }

    private static void assertEmptyOrOneDocument(Shim.Outcome outcome, String what) throws Exception {
        if (!outcome.stdout().isEmpty()) {
            assertTrue(json(outcome).isObject(), what + ": " + outcome.stdout());
        }
    }

    @Test
    void shouldCarryEnvironmentAndInputAndPrintTheAnswer() throws Exception {
        try (FakeAgent agent = new FakeAgent(socket(), FakeAgent.http(200, RESULT))) {
            Shim.Outcome outcome = run("ADD");
            assertEquals(new Shim.Outcome(0, RESULT, ""), outcome);
            String request = new String(agent.request().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
            assertTrue(request.startsWith("POST /cni/v1 HTTP/1.1\r\n"), request);
            String lower = request.toLowerCase(Locale.ROOT);
            for (String header : List.of("cni-command: add", "cni-containerid: ctr-1", "cni-netns: /proc/self/ns/net", "cni-ifname: eth0",
                    "cni-args: a=1;b=ü", "cni-path: /opt/cni/bin", "connection: close")) {
                assertTrue(lower.contains("\r\n" + header + "\r\n"), header + " in " + request);
            }
            assertTrue(request.endsWith("\r\n\r\n" + new String(conf(), StandardCharsets.UTF_8)), request);
        }
    }

    @Test
    void shouldHoldTheNamespaceOpenUnderADescriptorThatTheAgentCanVerify() throws Exception {
        try (FakeAgent agent = new FakeAgent(socket(), FakeAgent.http(200, RESULT))) {
            run("ADD");
            String request = agent.request();
            Matcher fd = Pattern.compile("Cni-Netns-Fd: (/proc/[0-9]+/fd/[0-9]+)\r\nCni-Netns-Id: ([0-9]+:[0-9]+)\r\n").matcher(request);
            assertTrue(fd.find(), request);
            Map<String, Object> own = Files.readAttributes(Path.of("/proc/self/ns/net"), "unix:dev,ino");
            assertEquals(own.get("dev") + ":" + own.get("ino"), fd.group(2));
        }
    }

    @Test
    void shouldNotHangOnANamespaceThatIsAFifo() throws Exception {
        Path fifo = directory.resolve("fifo");
        assertEquals(0, new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor());
        Map<String, String> environment = Shim.environment("ADD");
        environment.put("CNI_NETNS", fifo.toString());
        try (FakeAgent agent = new FakeAgent(socket(), FakeAgent.http(400, "{\"code\":4,\"msg\":\"no\"}"))) {
            assertEquals(1, Shim.run(environment, conf()).status());
            assertTrue(agent.request().contains(fifo.toString()));
        }
    }

    @Test
    void shouldPrintTheAgentsErrorAndFail() throws Exception {
        String error = "{\"cniVersion\":\"1.0.0\",\"code\":7,\"msg\":\"bad\",\"details\":\"\\u00fc \\\" \\\\\"}";
        try (FakeAgent agent = new FakeAgent(socket(), FakeAgent.http(400, error))) {
            assertEquals(new Shim.Outcome(1, error, ""), run("DEL"));
            assertTrue(agent.request().contains("DEL"));
        }
        assertEquals(List.of(), spooled());
    }

    @ParameterizedTest
    @ValueSource(strings = {"DEL", "CHECK", "GC", "STATUS"})
    void shouldPrintNothingForAnEmptyAnswer(String command) throws Exception {
        try (FakeAgent agent = new FakeAgent(socket(), FakeAgent.http(200, ""))) {
            assertEquals(new Shim.Outcome(0, "", ""), run(command));
            assertFalse(agent.request().isEmpty());
        }
    }

    @ParameterizedTest
    @CsvSource({"ADD,11", "CHECK,11", "STATUS,50", "GC,50"})
    void shouldSayWhatTheVerbMeansWithoutAnAgent(String command, int code) throws Exception {
        Shim.Outcome missing = run(command);
        assertEquals(1, missing.status());
        assertEquals(code, json(missing).path("code").asInt());
        assertEquals("1.0.0", json(missing).path("cniVersion").asText());
        assertTrue(json(missing).path("msg").asText().contains(socket().toString()), missing.stdout());
        ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(socket())).close(); // leaves a stale file
        assertEquals(code, json(run(command)).path("code").asInt());
    }

    @Test
    void shouldKeepADelForAnAgentThatIsAwayAndSucceed() throws Exception {
        assertEquals(new Shim.Outcome(0, "", ""), run("DEL"));
        assertEquals(new Shim.Outcome(0, "", ""), run("DEL"));
        assertEquals(1, spooled().size(), "the same request again replaces itself");
        String request = Files.readString(spooled().getFirst());
        assertTrue(request.startsWith("POST /cni/v1") && request.endsWith(new String(conf(), StandardCharsets.UTF_8)), request);
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(spooled().getFirst())));
        Map<String, String> other = Shim.environment("DEL");
        other.put("CNI_CONTAINERID", "ctr-2");
        Shim.run(other, conf());
        assertEquals(2, spooled().size());
    }

    @Test
    void shouldFailADelThatCanNeitherBeSentNorKept() throws Exception {
        Files.createDirectories(spool().getParent().getParent());
        Files.writeString(spool().getParent(), "a file where a directory should be");
        Shim.Outcome outcome = run("DEL");
        assertEquals(1, outcome.status());
        assertEquals(5, json(outcome).path("code").asInt());
    }

    @Test
    void shouldRefuseToKeepADelThatNamesNoContainer() throws Exception {
        Map<String, String> environment = Shim.environment("DEL");
        environment.remove("CNI_CONTAINERID");
        Shim.Outcome outcome = Shim.run(environment, conf());
        assertEquals(4, json(outcome).path("code").asInt());
        assertEquals(List.of(), spooled());
    }

    static Stream<byte[]> garbage() {
        List<String> texts = List.of("", "\n", "hello", "HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n{}",
                "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}x", "HTTP/1.1 2x0 OK\r\ncontent-length: 2\r\n\r\n{}",
                "HTTP/2 200\r\ncontent-length: 2\r\n\r\n{}", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\ncontent-length: 99999999999999999999\r\n\r\n{}", "HTTP/1.1 200 OK\r\ncontent-length: -2\r\n\r\n{}");
        List<String> bodies = List.of("", "x", "[]", "3", "{", "{}{}", "{\"a\":}", "{\"a\":01}", "{\"a\":1.}", "{\"a\":\"\t\"}",
                "{\"a\":\"\\x\"}", "{\"a\" 1}", "{,}", "{\"a\":1,}", "{a:1}", "{\"a\":tru}",
                "{\"a\":\"\\u12\"}", "{\"a\":-}", "{\"a\":1e}", "{\"a\":[1 2]}",
                "{\"a\":" + "[".repeat(2000) + "]".repeat(2000) + "}", "{\"a\":\"\0\"}", "log line\n{}");
        List<byte[]> all = new ArrayList<>();
        texts.forEach(text -> all.add(text.getBytes(StandardCharsets.ISO_8859_1)));
        bodies.forEach(body -> all.add(FakeAgent.http(200, body)));
        bodies.forEach(body -> all.add(FakeAgent.http(400, body)));
        all.add(FakeAgent.http(500, "{\"error\":\"the agent's own\"}"));
        all.add("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{\"a\":\"\u00e4\"}".getBytes(StandardCharsets.ISO_8859_1));
        byte[] good = FakeAgent.http(200, RESULT);
        for (int length = 0; length < good.length; length += 7) {
            all.add(Arrays.copyOf(good, length));
        }
        return all.stream();
    }

    @Test
    void shouldPrintOneErrorWhateverGarbageTheAgentSays() throws Exception {
        for (byte[] answer : garbage().toList()) {
            String what = new String(answer, 0, Math.min(answer.length, 120), StandardCharsets.ISO_8859_1);
            Files.deleteIfExists(socket());
            try (FakeAgent agent = new FakeAgent(socket(), answer)) {
                Shim.Outcome outcome = run("ADD");
                assertEquals(1, outcome.status(), what);
                assertEquals(11, json(outcome).path("code").asInt(), what);
                assertFalse(agent.request().isEmpty());
            }
        }
    }

    @Test
    void shouldPrintNothingInvalidForAnswersWithRandomBytesChanged() throws Exception {
        Random random = new Random(42);
        for (int round = 0; round < 150; round++) {
            byte[] answer = FakeAgent.http(200, RESULT);
            for (int i = 0; i <= random.nextInt(3); i++) {
                answer[random.nextInt(answer.length)] = (byte) random.nextInt(256);
            }
            Files.deleteIfExists(socket());
            try (FakeAgent agent = new FakeAgent(socket(), answer)) {
                assertEmptyOrOneDocument(run("ADD"), "round " + round);
                assertFalse(agent.request().isEmpty());
            }
        }
    }

    @Test
    void shouldKeepADelWhenTheAgentHangsUp() throws Exception {
        try (FakeAgent _ = new FakeAgent(socket(), null)) {
            assertEquals(0, run("DEL").status());
            assertEquals(1, spooled().size());
            assertEquals(11, json(run("ADD")).path("code").asInt());
        }
    }

    @Test
    void shouldCarryFourMebibytesOfInput() throws Exception {
        byte[] start = conf();
        byte[] padded = Arrays.copyOf(start, (4 << 20) - 1);
        Arrays.fill(padded, start.length, padded.length, (byte) ' ');
        try (FakeAgent agent = new FakeAgent(socket(), FakeAgent.http(200, RESULT))) {
            assertEquals(0, Shim.run(Shim.environment("ADD"), padded).status());
            assertTrue(agent.request().endsWith("   "));
        }
    }

    @Test
    void shouldRefuseMoreInputThanThat() throws Exception {
        Shim.Outcome outcome = Shim.run(Shim.environment("ADD"), new byte[100 << 20]);
        assertEquals(6, json(outcome).path("code").asInt());
    }

    @Test
    void shouldAnswerVersionWithoutAnAgent() throws Exception {
        for (String stdin : List.of("", "xx", "{}", "{\"cniVersion\":\"9.9.9\"}", "{\"cniVersion\":\"1.1.0\"}", "{\"cniVersion\":3}",
                "{\"cniVersion\":\"0.3.0\\\",\\\"0.3.1\"}")) {
            Shim.Outcome outcome = Shim.run(Map.of("CNI_COMMAND", "VERSION"), stdin.getBytes(StandardCharsets.UTF_8));
            assertEquals(0, outcome.status(), stdin);
            assertEquals("1.1.0", json(outcome).path("cniVersion").asText(), stdin);
            List<String> supported = new ArrayList<>();
            json(outcome).path("supportedVersions").forEach(version -> supported.add(version.asText()));
            assertEquals(CniVersion.SUPPORTED, supported, stdin);
        }
        Shim.Outcome older = Shim.run(Map.of("CNI_COMMAND", "VERSION"), "{\"cniVersion\":\"0.4.0\"}".getBytes(StandardCharsets.UTF_8));
        assertEquals("0.4.0", json(older).path("cniVersion").asText());
    }

    @Test
    void shouldSayWhatItIsWhenAPersonRunsIt() throws Exception {
        Shim.Outcome outcome = Shim.run(Map.of(), new byte[0]);
        assertEquals(0, outcome.status());
        assertEquals("", outcome.stdout());
        assertTrue(outcome.stderr().contains("1.1.0"), outcome.stderr());
    }

    @ParameterizedTest
    @CsvSource({"CNI_CONTAINERID", "CNI_NETNS", "CNI_IFNAME", "CNI_ARGS", "CNI_PATH", "CNI_COMMAND", "CNI_NETNS_OVERRIDE"})
    void shouldCarryEveryByteOfAValueAndForgeNoHeader(String variable) throws Exception {
        try (FakeAgent agent = new FakeAgent(socket(), FakeAgent.http(200, RESULT))) {
            Map<String, String> environment = Shim.environment("ADD");
            environment.put(variable, " a%41\r\nCni-Command: DEL\t\177");
            assertEquals(0, Shim.run(environment, conf()).status());
            String request = agent.request().toLowerCase(Locale.ROOT);
            String header = variable.toLowerCase(Locale.ROOT).replace('_', '-');
            assertTrue(request.contains("\r\n" + header + ": %20a%2541%0d%0acni-command:%20del%09%7f\r\n"), request);
        }
    }

    @Test
    void shouldEscapeWhateverTheEnvironmentHolds() throws Exception {
        Map<String, String> conf = new HashMap<>(Map.of("cniVersion", "\"},{\"", "agentSocket", "/tmp/ü\u2028 x"));
        Shim.Outcome outcome = Shim.run(Shim.environment("ADD"), Json.mapper().writeValueAsBytes(conf));
        assertEquals(11, json(outcome).path("code").asInt(), outcome.stdout());
    }

    @Test
    void shouldRefuseASocketPathThatNoSocketCanHave() throws Exception {
        byte[] conf = Json.mapper().writeValueAsBytes(Map.of("agentSocket", "/" + "x".repeat(200)));
        assertEquals(11, json(Shim.run(Shim.environment("ADD"), conf)).path("code").asInt());
    }
}
