package dev.weft.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.cni.CniFixture.Reply;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Delegated address management with programs that are shell scripts: they log each call and answer what the test wants. */
class IpamPluginTest {
    private static final String GIVEN = "{\"cniVersion\":\"1.0.0\",\"ips\":[{\"address\":\"10.42.1.200/24\",\"gateway\":\"10.42.1.1\"}],"
            + "\"dns\":{\"nameservers\":[\"10.42.0.10\"]}}";

    @TempDir
    Path directory;
    private CniFixture agent;

    @BeforeEach
    void start() throws IOException {
        agent = CniFixture.started(directory.resolve("spool"), "10.42.1.0/24", "fd42:0:0:1::/64");
        script("ok", GIVEN, 0);
    }

    /** The verbs this plugin was called with, and with what. */
    private List<String> calls() throws IOException {
        Path log = directory.resolve("log");
        return Files.exists(log) ? Files.readAllLines(log) : List.of();
    }

    private void script(String name, String addAnswer, int status) throws IOException {
        Path program = directory.resolve(name);
        Files.writeString(program, """
                #!/bin/sh
                input=$(cat)
                echo "$CNI_COMMAND $CNI_CONTAINERID $CNI_NETNS $CNI_IFNAME $CNI_ARGS $input" >>%s/log
                echo noise >&2
                [ "$CNI_COMMAND" = ADD ] || [ %d != 0 ] || exit 0
                cat <<'END'
                %s
                END
                exit %d
                """.formatted(directory, status, addAnswer, status));
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static String conf(String version, String type) {
        return "{\"cniVersion\":\"" + version + "\",\"name\":\"net1\",\"ipam\":{\"type\":\"" + type + "\",\"x\":1}}";
    }

    private Reply call(String command, String conf) throws Exception {
        return call(command, conf, "/nonexistent:" + directory);
    }

    private Reply call(String command, String conf, String path) throws Exception {
        Map<String, String> environment = new HashMap<>(Map.of("CNI_COMMAND", command, "CNI_PATH", path, "CNI_ARGS", "K=V"));
        if (!command.equals("GC") && !command.equals("STATUS")) {
            environment.putAll(Map.of("CNI_CONTAINERID", "a", "CNI_NETNS", "/run/netns/a", "CNI_IFNAME", "eth0"));
        }
        return agent.call(environment, conf.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void shouldUseTheAddressTheOtherProgramGaveAndPassEverythingOn() throws Exception {
        String conf = conf("1.0.0", "ok");
        Reply reply = call("ADD", conf);
        assertEquals(200, reply.status(), reply.toString());
        assertEquals(1, reply.json().path("ips").size());
        assertEquals("10.42.1.200/32", reply.json().path("ips").path(0).path("address").asText());
        assertEquals("10.42.0.10", reply.json().path("dns").path("nameservers").path(0).asText());
        assertEquals(List.of("ADD a /run/netns/a eth0 K=V " + conf), calls());
        assertEquals(1, agent.pools.usage().get("default").getFirst().used());
    }

    @Test
    void shouldAskTheOtherProgramInEveryVerb() throws Exception {
        String conf = conf("1.1.0", "ok");
        for (String command : List.of("STATUS", "ADD", "CHECK", "GC", "DEL", "DEL")) {
            assertEquals(200, call(command, conf).status(), command);
        }
        assertEquals(List.of("STATUS", "ADD", "CHECK", "GC", "DEL", "DEL"), calls().stream().map(line -> line.split(" ")[0]).toList());
    }

    @Test
    void shouldUnderstandOldResults() throws Exception {
        script("old", "{\"cniVersion\":\"0.2.0\",\"ip4\":{\"ip\":\"10.42.1.201/24\"},\"ip6\":{\"ip\":\"fd42:0:0:1::c9/64\"}}", 0);
        Reply reply = call("ADD", conf("0.2.0", "old"));
        assertEquals("10.42.1.201/32", reply.json().path("ip4").path("ip").asText(), reply.toString());
        assertEquals("fd42:0:0:1::c9/128", reply.json().path("ip6").path("ip").asText());
    }

    @Test
    void shouldGiveTheAddressBackWhenTheAttachmentFails() throws Exception {
        agent.kernel.attachFails = new IOException("no memory");
        assertEquals(CniException.INTERNAL, call("ADD", conf("1.0.0", "ok")).code());
        assertEquals(List.of("ADD", "DEL"), calls().stream().map(line -> line.split(" ")[0]).toList());
        assertEquals(0, agent.pools.usage().get("default").getFirst().used());
    }

    @Test
    void shouldPassOnTheOtherProgramsError() throws Exception {
        script("full", "{\"cniVersion\":\"1.0.0\",\"code\":123,\"msg\":\"no addresses\",\"details\":\"left\"}", 1);
        Reply reply = call("ADD", conf("1.0.0", "full"));
        assertEquals(123, reply.code());
        assertTrue(reply.message().contains("full") && reply.message().contains("no addresses"), reply.message());
        assertEquals("left", reply.json().path("details").asText());
        assertEquals(123, call("STATUS", conf("1.1.0", "full")).code());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "{}|999", "nonsense|6", "{\"ips\":[{\"address\":\"x\"}]}|999", "{\"ips\":[{\"address\":\"10.9.9.9/24\"}]}|7",
        "{\"ips\":[{\"address\":\"10.42.1.3/24\"},{\"address\":\"10.42.1.4/24\"}]}|7"})
    void shouldRefuseAnAnswerItCannotUse(String answer, int code) throws Exception {
        script("odd", answer, 0);
        Reply reply = call("ADD", conf("1.0.0", "odd"));
        assertEquals(code, reply.code(), reply.toString());
        assertEquals(List.of(), agent.endpoints.list());
        assertEquals("DEL", calls().getLast().split(" ")[0]);
    }

    @ParameterizedTest
    @CsvSource({"missing", "../ok", "/bin/true"})
    void shouldRefuseAProgramThatIsNotInThePath(String type) throws Exception {
        assertEquals(CniException.INVALID_CONFIG, call("ADD", conf("1.0.0", type)).code());
    }

    @Test
    void shouldRefuseAnAddressThatAnotherEndpointHas() throws Exception {
        agent.add("holder", "{\"cniVersion\":\"1.0.0\",\"name\":\"net1\",\"runtimeConfig\":{\"ips\":[\"10.42.1.200\"]}}");
        assertEquals(CniException.ADDRESS_IN_USE, call("ADD", conf("1.0.0", "ok")).code());
    }
}
