package dev.weft.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Validation as the reference library does it, through the real shim and the agent's real socket: code, text, exit status, and nothing
 * or one document on standard output. {@code reference-answers.jsonl} holds 65 calls with what two plugins made with the library
 * answered ({@code noop} with version 1.3.0, {@code loopback} with 1.1.2); {@code reference-rules.jsonl} holds calls for every rule
 * of the library beyond those. Where our answer differs on purpose, {@link #OURS} says so.
 */
class ReferenceAnswersTest {
    private static final String NEWER = "noop/1.3.0";
    private static final String DECODING = "error unmarshall network config: ";
    private static final String PREVIOUS = "could not parse prevResult: ";

    /** Cases the noop plugin has no opinion on, or answers by two documents: the code we give, 0 for success. */
    private static final Map<String, Integer> OURS = Map.of(
            "ADD-netns-nonexistent", 4, // noop does not look
            "ADD-netns-mnt-ns", 4, // noop does not look
            "ADD-netns-self", 8, // the library looks after the plugin has printed
            "DEL-netns-self", 8,
            "ADD-args-empty-pair", 0); // noop's own debug option fails; loopback succeeds

    @TempDir
    Path directory;
    private SocketAgent agent;

    @BeforeEach
    void start() throws Exception {
        agent = SocketAgent.start(directory);
    }

    @AfterEach
    void stop() {
        agent.close();
    }

    @TestFactory
    Stream<DynamicTest> shouldAnswerAsTheReferenceLibraryDid() throws IOException {
        List<JsonNode> cases = lines("/reference-answers.jsonl");
        assertEquals(65, cases.size());
        return cases.stream().map(each -> DynamicTest.dynamicTest(each.path("case").asText(), () -> {
            String name = each.path("case").asText();
            JsonNode answer = each.path("answers").path(NEWER);
            JsonNode printed = answer.path("stdout");
            int expected = OURS.getOrDefault(name, printed.path("code").asInt(0));
            Shim.Outcome outcome = call(each, expected);
            if (!OURS.containsKey(name)) {
                assertEquals(answer.path("rc").asInt(), outcome.status(), outcome.toString());
                compareTexts(printed.path("msg").asText(null), printed.path("details").asText(null), outcome);
            }
            if (name.startsWith("VERSION")) {
                assertEquals(printed.path("cniVersion"), document(outcome).path("cniVersion"));
                assertTrue(document(outcome).path("supportedVersions").toString().contains("\"1.0.0\",\"1.1.0\""), outcome.toString());
            }
        }));
    }

    @TestFactory
    Stream<DynamicTest> shouldFollowEveryRuleOfTheReferenceLibrary() throws IOException {
        List<JsonNode> cases = lines("/reference-rules.jsonl");
        assertTrue(cases.size() > 150, "cases " + cases.size());
        return cases.stream().map(each -> DynamicTest.dynamicTest(each.path("case").asText(), () -> {
            Shim.Outcome outcome = call(each, each.path("code").asInt());
            compareTexts(each.path("msg").asText(null), each.path("details").asText(null), outcome);
        }));
    }

    private static List<JsonNode> lines(String resource) throws IOException {
        List<JsonNode> cases = new ArrayList<>();
        try (InputStream lines = ReferenceAnswersTest.class.getResourceAsStream(resource)) {
            for (String line : new String(lines.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
                cases.add(Json.mapper().readTree(line));
            }
        }
        return cases;
    }

    /** Runs the shim, and checks code, exit status and form of what it printed. */
    private Shim.Outcome call(JsonNode each, int code) throws Exception {
        Map<String, String> environment = new HashMap<>();
        each.path("env").properties().forEach(variable -> environment.put(variable.getKey(), variable.getValue().asText()));
        String command = environment.getOrDefault("CNI_COMMAND", "");
        CniFixture fresh = agent.fresh();
        if (command.equals("CHECK")) { // noop finds every container well
            fresh.call("ADD", "ctr-1", "/var/run/netns/cnit1", "eth0", CniFixture.CONF);
        }
        Shim.Outcome outcome = agent.run(environment, each.path("stdin").asText().getBytes(StandardCharsets.UTF_8));
        assertEquals(code == 0 ? 0 : 1, outcome.status(), outcome.toString());
        assertEquals(code, document(outcome).path("code").asInt(0), outcome.toString());
        boolean prints = code != 0 || command.equals("ADD") || command.equals("VERSION");
        assertEquals(prints, !outcome.stdout().isEmpty(), outcome.toString());
        return outcome;
    }

    private static JsonNode document(Shim.Outcome outcome) throws CniException {
        return outcome.stdout().isEmpty() ? MissingNode.getInstance()
                : Json.parse(outcome.stdout().getBytes(StandardCharsets.UTF_8), "stdout");
    }

    /**
     * @param message of the library, or null when it is not compared
     * @param details as message
     */
    private static void compareTexts(String message, String details, Shim.Outcome outcome) throws CniException {
        String ours = document(outcome).path("msg").asText();
        if (message != null && message.startsWith(DECODING)) { // beyond that it is the JSON parser that speaks
            assertTrue(ours.startsWith(DECODING), ours);
        } else if (message != null && message.startsWith(PREVIOUS)) { // beyond that it is the type system
            assertTrue(ours.startsWith(message.equals(PREVIOUS) ? PREVIOUS : message.replaceFirst("\\[.*", "")), ours);
        } else if (message != null) {
            assertEquals(message, ours);
        }
        if (details != null) { // the list of versions is the plugin's own
            assertEquals(details.replaceFirst("\\[.*", ""), document(outcome).path("details").asText().replaceFirst("\\[.*", ""));
        }
    }
}
