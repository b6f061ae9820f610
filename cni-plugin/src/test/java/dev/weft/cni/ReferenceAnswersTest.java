package dev.weft.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Validation as the reference library does it: 65 calls with what two plugins made with it answered ({@code noop} with the library's
 * version 1.3.0, {@code loopback} with 1.1.2). Where our answer differs on purpose, {@link #OURS} says so.
 */
class ReferenceAnswersTest {
    private static final String NEWER = "noop/1.3.0";
    private static final String DECODING = "error unmarshall network config: ";

    /** Cases the noop plugin has no opinion on, or answers by two documents: the code we give, 0 for success. */
    private static final Map<String, Integer> OURS = Map.of(
            "ADD-netns-nonexistent", 4, // noop does not look
            "ADD-netns-mnt-ns", 4, // noop does not look
            "ADD-netns-self", 8, // the library looks after the plugin has printed
            "DEL-netns-self", 8,
            "ADD-args-empty-pair", 0); // noop's own debug option fails; loopback succeeds

    /** Answered by the shim itself, see ShimTest. */
    private static final Set<String> SHIM = Set.of("no-command");

    @TempDir
    Path spool;

    @TestFactory
    Stream<DynamicTest> shouldAnswerAsTheReferenceLibraryDoes() throws IOException {
        List<JsonNode> cases = new ArrayList<>();
        try (InputStream lines = ReferenceAnswersTest.class.getResourceAsStream("/reference-answers.jsonl")) {
            for (String line : new String(lines.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
                cases.add(Json.mapper().readTree(line));
            }
        }
        assertEquals(65, cases.size());
        return cases.stream().filter(each -> !SHIM.contains(each.path("case").asText()))
                .map(each -> DynamicTest.dynamicTest(each.path("case").asText(), () -> compare(each)));
    }

    private void compare(JsonNode recorded) throws Exception {
        String name = recorded.path("case").asText();
        CniFixture agent = CniFixture.started(spool, "10.42.1.0/24");
        Map<String, String> environment = new HashMap<>();
        recorded.path("env").properties().forEach(variable -> environment.put(variable.getKey(), variable.getValue().asText()));
        if (name.startsWith("CHECK")) { // noop finds every container well
            agent.call("ADD", "ctr-1", "/var/run/netns/cnit1", "eth0", CniFixture.CONF);
        }
        CniFixture.Reply reply = agent.call(environment, recorded.path("stdin").asText().getBytes(StandardCharsets.UTF_8));
        JsonNode answer = recorded.path("answers").path(NEWER);
        int expected = OURS.getOrDefault(name, answer.path("stdout").path("code").asInt(0));
        assertEquals(expected, reply.code(), reply.toString());
        assertEquals(expected == 0 ? 200 : 400, reply.status());
        if (!OURS.containsKey(name) && expected != 0) {
            compareTexts(answer.path("stdout"), reply.json());
        }
        if (name.startsWith("VERSION")) {
            assertEquals(answer.path("stdout").path("cniVersion"), reply.json().path("cniVersion"));
            assertTrue(reply.json().path("supportedVersions").toString().contains("\"1.0.0\",\"1.1.0\""), reply.toString());
        }
    }

    private static void compareTexts(JsonNode theirs, JsonNode ours) {
        String message = theirs.path("msg").asText();
        String details = theirs.path("details").asText();
        if (message.startsWith(DECODING)) { // beyond that it is the JSON parser that speaks
            assertTrue(ours.path("msg").asText().startsWith(DECODING), ours.toString());
        } else if (message.contains("result type supports")) {
            assertTrue(ours.path("msg").asText().startsWith("could not parse prevResult: result type supports ["), ours.toString());
        } else {
            assertEquals(message, ours.path("msg").asText());
        }
        int list = details.indexOf("[");
        assertEquals(list < 0 ? details : details.substring(0, list), ours.path("details").asText().replaceFirst("\\[.*", ""));
    }
}
