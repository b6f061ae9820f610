package dev.weft.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.cni.CniFixture.Reply;
import dev.weft.control.ControlRequest;
import dev.weft.control.ControlResponse;
import dev.weft.endpoint.EndpointSettings;
import dev.weft.endpoint.EndpointSettings.Rate;
import dev.weft.endpoint.StoredEndpoint;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CniHandlerTest {
    private static final String CONF = CniFixture.CONF;

    @TempDir
    Path spool;
    private CniFixture agent;

    @BeforeEach
    void start() throws IOException {
        agent = CniFixture.started(spool, "10.42.1.0/24", "fd42:0:0:1::/64");
    }

    private static String conf(String version, String members) {
        return "{\"cniVersion\":\"" + version + "\",\"name\":\"net1\",\"type\":\"weft\"" + members + "}";
    }

    private Set<String> attached() {
        return agent.endpoints.list().stream().map(stored -> stored.endpoint().key().containerId()).collect(Collectors.toSet());
    }

    @Test
    void shouldDescribeTheAttachmentInTheNewestForm() throws Exception {
        Reply reply = agent.add("a", conf("1.1.0", ",\"dns\":{\"nameservers\":[\"10.42.0.10\"]}"));
        assertEquals(200, reply.status(), reply.toString());
        String mac = agent.endpoints.list().getFirst().endpoint().mac();
        assertEquals(Json.mapper().readTree("""
                {"cniVersion":"1.1.0","interfaces":[{"name":"eth0","mac":"%s","mtu":65000,"sandbox":"/run/netns/a"},
                  {"name":"wf1x0","mac":"02:57:00:00:00:00","mtu":65000}],
                 "ips":[{"address":"10.42.1.2/32","gateway":"169.254.1.1","interface":0},
                        {"address":"fd42:0:0:1::2/128","gateway":"fe80::1","interface":0}],
                 "routes":[{"dst":"0.0.0.0/0","gw":"169.254.1.1"},{"dst":"::/0","gw":"fe80::1"}],
                 "dns":{"nameservers":["10.42.0.10"]}}""".formatted(mac)), reply.json());
    }

    @ParameterizedTest
    @CsvSource({"0.3.0,true,false", "0.3.1,true,false", "0.4.0,true,false", "1.0.0,false,false", "1.1.0,false,true"})
    void shouldAnswerInTheCallersVersion(String version, boolean family, boolean mtu) throws Exception {
        JsonNode result = agent.add("a", conf(version, "")).json();
        assertEquals(version, result.path("cniVersion").asText());
        assertEquals(family ? "4" : "", result.path("ips").path(0).path("version").asText());
        assertEquals(family ? "6" : "", result.path("ips").path(1).path("version").asText());
        assertEquals(mtu, result.path("interfaces").path(0).has("mtu"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.1.0", "0.2.0", ""})
    void shouldAnswerOldConfigurationsInTheOldForm(String version) throws Exception {
        JsonNode result = agent.add("a", conf(version, "")).json();
        assertEquals("10.42.1.2/32", result.path("ip4").path("ip").asText(), result.toString());
        assertEquals("0.0.0.0/0", result.path("ip4").path("routes").path(0).path("dst").asText());
        assertEquals("fe80::1", result.path("ip6").path("gateway").asText());
        assertFalse(result.has("interfaces"));
    }

    @Test
    void shouldRefuseASecondAddAndLeaveTheFirst() throws Exception {
        agent.add("a", CONF);
        Reply second = agent.add("a", CONF);
        assertEquals(CniException.EXISTS, second.code());
        assertEquals(1, agent.kernel.interfaces.size());
        assertEquals(1, agent.pools.usage().get("default").getFirst().used());
    }

    @Test
    void shouldRefuseAnInterfaceThatExistsInTheNamespace() throws Exception {
        agent.add("a", CONF);
        Reply other = agent.call("ADD", "b", "/run/netns/a", "eth0", CONF);
        assertEquals(CniException.EXISTS, other.code());
        assertEquals(Set.of("a"), attached());
        assertEquals(200, agent.call("ADD", "a", "/run/netns/a", "eth1", CONF).status());
    }

    @Test
    void shouldDetachAsOftenAsAskedAndPrintNothing() throws Exception {
        agent.add("a", CONF);
        for (int i = 0; i < 3; i++) {
            Reply reply = agent.del("a", CONF);
            assertEquals(200, reply.status());
            assertTrue(reply.json().isMissingNode());
        }
        assertEquals(200, agent.call("DEL", "never-seen", "", "eth0", CONF).status());
        assertEquals(200, agent.call("DEL", "gone", "/run/netns/nope", "eth0", CONF).status());
        assertEquals(Set.of(), attached());
        assertEquals(Map.of(), agent.kernel.interfaces);
    }

    @Test
    void shouldDetachWhatWasAttachedUnderAnotherNetworkOfTheSameConfiguration() throws Exception {
        agent.add("a", CONF);
        agent.del("a", conf("1.0.0", ",\"network\":\"blue\""));
        assertEquals(Set.of(), attached());
        agent.add("b", CONF);
        agent.del("b", "{\"cniVersion\":\"1.0.0\",\"name\":\"other\",\"network\":\"blue\"}");
        assertEquals(Set.of("b"), attached());
    }

    @Test
    void shouldReportAnExhaustedPoolAndRecoverAfterADelAndTheCoolDown() throws Exception {
        CniFixture small = CniFixture.started(spool, "10.42.1.0/30");
        small.add("a", CONF);
        assertEquals(CniException.TRY_AGAIN_LATER, small.add("b", CONF).code());
        assertEquals(CniException.UNAVAILABLE, small.call("STATUS", "", "", "", conf("1.1.0", "")).code());
        small.del("a", CONF);
        assertEquals(CniException.TRY_AGAIN_LATER, small.add("b", CONF).code());
        small.nanos.addAndGet(30_000_000_000L);
        assertEquals(200, small.add("b", CONF).status());
    }

    @Test
    void shouldSayWhichPartIsMissingBeforeItIsReady() throws Exception {
        CniFixture young = new CniFixture(spool, "10.42.1.0/24");
        assertEquals(CniException.TRY_AGAIN_LATER, young.add("a", CONF).code());
        assertEquals(CniException.UNAVAILABLE, young.call("STATUS", "", "", "", conf("1.1.0", "")).code());
        CniFixture alone = CniFixture.started(spool);
        assertEquals(CniException.TRY_AGAIN_LATER, alone.add("a", CONF).code());
        Reply unknown = agent.add("a", conf("1.0.0", ",\"network\":\"green\""));
        assertEquals(CniException.INVALID_CONFIG, unknown.code());
        assertTrue(unknown.message().contains("green") && unknown.message().contains("default"), unknown.message());
    }

    @ParameterizedTest
    @CsvSource({"'','lo',4", "'','0123456789abcdef',4", "'..',eth0,4", "'-a',eth0,4", "'a/../b',eth0,4"})
    void shouldRefuseNamesThatAreNone(String container, String ifName, int code) throws Exception {
        assertEquals(code, agent.call("ADD", container.isEmpty() ? "a" : container, "/run/netns/a", ifName, CONF).code());
        assertEquals(Set.of(), attached());
    }

    @Test
    void shouldRefuseAContainerIdOfFourKibibytes() throws Exception {
        assertEquals(CniException.ENVIRONMENT, agent.add("a".repeat(4096), CONF).code());
        assertEquals(CniException.ENVIRONMENT, agent.add("a\0b", CONF).code());
    }

    @Test
    void shouldReportABadIdBeforeAMissingNamespaceAndMissingOnesTogether() throws Exception {
        assertTrue(agent.call("ADD", "-", "", "eth0", CONF).message().contains("containerID"));
        assertEquals("required env variables [CNI_CONTAINERID,CNI_NETNS,CNI_IFNAME] missing",
                agent.call("ADD", "", "", "", CONF).message());
    }

    @Test
    void shouldAcceptNamesThatAreNotAscii() throws Exception {
        JsonNode result = agent.call("ADD", "a", "/run/netns/a", "ünet0", CONF).json();
        assertEquals("ünet0", result.path("interfaces").path(0).path("name").asText());
    }

    @Test
    void shouldRefuseWhatIsNotOneJsonObject() throws Exception {
        String deep = "{\"name\":\"n\",\"x\":" + "[".repeat(10_000) + "]".repeat(10_000) + "}";
        List<String> wrong = List.of("", " ", "nul", "[]", "3", "{", CONF + "x", CONF + CONF, "\uFEFF" + CONF, deep, "{\"name\":3}",
                "{\"a\":01}");
        for (String stdin : wrong) {
            assertEquals(CniException.DECODE, agent.add("a", stdin).code(), stdin.substring(0, Math.min(30, stdin.length())));
        }
        byte[] latin1 = "{\"name\":\"n\u00e4\"}".getBytes(StandardCharsets.ISO_8859_1);
        assertEquals(CniException.DECODE, agent.call(Map.of("CNI_COMMAND", "STATUS", "CNI_PATH", "/"), latin1).code());
    }

    @Test
    void shouldTakeTheLastOfDuplicateKeys() throws Exception {
        assertEquals(CniException.INVALID_CONFIG, agent.add("a", "{\"name\":\"n\",\"name\":\"a/b\"}").code());
        assertEquals(200, agent.add("a", "{\"name\":\"a/b\",\"Name\":\"n\",\"CNIVERSION\":\"1.0.0\"}").status());
    }

    @ParameterizedTest
    @ValueSource(strings = {
        ",\"runtimeConfig\":{\"ips\":[\"10.42.1.77/24\"]}", ",\"runtimeConfig\":{\"IPs\":[\"10.42.1.77\"]}",
        ",\"args\":{\"cni\":{\"ips\":[\"10.42.1.77/32\"]}}"})
    void shouldGiveTheAddressTheConfigurationAsksFor(String members) throws Exception {
        JsonNode result = agent.add("a", conf("1.0.0", members)).json();
        assertEquals("10.42.1.77/32", result.path("ips").path(0).path("address").asText(), result.toString());
    }

    @Test
    void shouldTakeAddressAndMacFromTheArguments() throws Exception {
        Reply reply = agent.call(Map.of("CNI_COMMAND", "ADD", "CNI_CONTAINERID", "a", "CNI_NETNS", "/run/netns/a", "CNI_IFNAME", "eth0",
                "CNI_PATH", "/", "CNI_ARGS", "IgnoreUnknown=1;;K8S_POD_NAME=x;MAC=02:AA:00:00:00:01;IP=10.42.1.9"), CONF.getBytes(
                StandardCharsets.UTF_8));
        assertEquals("10.42.1.9/32", reply.json().path("ips").path(0).path("address").asText(), reply.toString());
        assertEquals("02:aa:00:00:00:01", reply.json().path("interfaces").path(0).path("mac").asText());
    }

    @Test
    void shouldPreferTheCapabilityToTheArguments() throws Exception {
        String conf = conf("1.0.0", ",\"args\":{\"cni\":{\"ips\":[\"10.42.1.8\"]}},\"runtimeConfig\":{\"mac\":\"02:00:00:00:00:09\","
                + "\"ips\":[\"10.42.1.7\"],\"aliases\":{\"net1\":[\"a\"]}}");
        JsonNode result = agent.add("a", conf).json();
        assertEquals("10.42.1.7/32", result.path("ips").path(0).path("address").asText(), result.toString());
        assertEquals("02:00:00:00:00:09", result.path("interfaces").path(0).path("mac").asText());
    }

    @Test
    void shouldTakeMtuAndBandwidthAsRuntimesWriteThem() throws Exception {
        JsonNode result = agent.add("a", conf("1.1.0", ",\"mtu\":1400,\"bandwidth\":{\"ingressRate\":8},\"runtimeConfig\":"
                + "{\"bandwidth\":{\"IngressRate\":1e6,\"IngressBurst\":4294967295,\"EgressRate\":2000000,\"EgressBurst\":0}}")).json();
        assertEquals(1400, result.path("interfaces").path(0).path("mtu").asInt(), result.toString());
        assertEquals(new EndpointSettings(1400, new Rate(125_000, 536_870_911), new Rate(250_000, 0)),
                agent.endpoints.list().getFirst().endpoint().settings());
        agent.add("b", conf("1.0.0", ",\"bandwidth\":{\"egressRate\":8000},\"runtimeConfig\":{}"));
        assertEquals(new EndpointSettings(0, null, new Rate(1000, 1 << 20)), agent.endpoints.list().getLast().endpoint().settings());
        CniFixture next = agent.restarted(spool, "boot", "10.42.1.0/24");
        assertEquals(agent.endpoints.list(), next.endpoints.list());
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"mtu\":\"1400\"", "\"mtu\":1400.5", "\"mtu\":1279", "\"bandwidth\":[]", "\"bandwidth\":{\"ingressRate\":7}",
        "\"bandwidth\":{\"egressRate\":1e300}", "\"bandwidth\":{\"ingressRate\":\"fast\"}", "\"ipam\":{\"subnet\":3}"})
    void shouldRefuseSettingsThatMeanNothing(String member) throws Exception {
        assertEquals(CniException.INVALID_CONFIG, agent.add("a", conf("1.0.0", "," + member)).code());
        assertEquals(Set.of(), attached());
    }

    @ParameterizedTest
    @CsvSource({"10.42.1.2/x/y,7", "nowhere,7", "10.42.2.2,7", "10.42.1.1,7", "10.42.1.255,7", "10.42.1.50,101"})
    void shouldRefuseAnAddressItCannotGive(String wanted, int code) throws Exception {
        agent.add("holder", conf("1.0.0", ",\"runtimeConfig\":{\"ips\":[\"10.42.1.50\"]}"));
        String members = ",\"runtimeConfig\":{\"ips\":[\"" + wanted + "\"]}";
        Reply reply = agent.add("a", conf("1.0.0", members));
        assertEquals(wanted.startsWith("10.42.1.2/") ? 0 : code, reply.code(), reply.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"01:00:00:00:00:01", "02:00:00:00:01", "zz:00:00:00:00:01", "ff:ff:ff:ff:ff:ff"})
    void shouldRefuseAMacThatIsNoneOfOneInterface(String mac) throws Exception {
        assertEquals(CniException.INVALID_CONFIG, agent.add("a", conf("1.0.0", ",\"runtimeConfig\":{\"mac\":\"" + mac + "\"}")).code());
    }

    @Test
    void shouldPassOnWhatPluginsBeforeItMade() throws Exception {
        String previous = """
                ,"prevResult":{"cniVersion":"1.0.0","interfaces":[{"name":"x0","mac":"02:00:00:00:00:01","extra":"kept"}],
                 "ips":[{"address":"192.0.2.7/24","interface":0}],"routes":[{"dst":"192.0.2.0/24"}],"dns":{"domain":"example"}}""";
        JsonNode result = agent.add("a", conf("1.0.0", previous)).json();
        assertEquals("kept", result.path("interfaces").path(0).path("extra").asText(), result.toString());
        assertEquals("eth0", result.path("interfaces").path(1).path("name").asText());
        assertEquals("192.0.2.7/24", result.path("ips").path(0).path("address").asText());
        assertEquals(1, result.path("ips").path(1).path("interface").asInt());
        assertEquals("192.0.2.0/24", result.path("routes").path(0).path("dst").asText());
        assertEquals("example", result.path("dns").path("domain").asText());
    }

    @Test
    void shouldFindAnUntouchedAttachmentInOrder() throws Exception {
        JsonNode result = agent.add("a", CONF).json();
        assertEquals(200, agent.check("a", conf("1.0.0", ",\"prevResult\":" + result)).status());
    }

    @Test
    void shouldNameWhatCheckFoundChanged() throws Exception {
        agent.add("a", CONF);
        agent.kernel.damage.put("wf1x0", "route 10.42.1.2/32 is missing");
        Reply reply = agent.check("a", CONF);
        assertEquals(CniException.CHANGED, reply.code());
        assertTrue(reply.json().path("details").asText().contains("route 10.42.1.2/32 is missing"), reply.toString());
    }

    @Test
    void shouldFailCheckWhenTheNamespaceOrTheResultIsAnother() throws Exception {
        JsonNode result = agent.add("a", CONF).json();
        String other = result.toString().replace("10.42.1.2/32", "10.42.1.3/32");
        assertEquals(CniException.CHANGED, agent.check("a", conf("1.0.0", ",\"prevResult\":" + other)).code());
        agent.replaceNamespace("/run/netns/a");
        assertEquals(CniException.CHANGED, agent.check("a", CONF).code());
        assertEquals(CniException.UNKNOWN_CONTAINER, agent.check("b", CONF).code());
    }

    @Test
    void shouldCollectOnlyWhatIsNotValidAndOfThisNetwork() throws Exception {
        for (String container : List.of("a", "b", "c")) {
            agent.add(container, CONF);
        }
        agent.add("d", "{\"cniVersion\":\"1.0.0\",\"name\":\"other\"}");
        String valid = ",\"cni.dev/valid-attachments\":[{\"containerID\":\"a\",\"ifname\":\"eth0\"},"
                + "{\"containerID\":\"zz\",\"ifname\":\"eth0\"}]";
        assertEquals(200, agent.call("GC", "", "", "", conf("1.1.0", valid)).status());
        assertEquals(Set.of("a", "d"), attached());
        assertEquals(200, agent.call("GC", "", "", "", conf("1.1.0", valid)).status());
        assertEquals(Set.of("a", "d"), attached());
    }

    @Test
    void shouldCollectAnEndpointThatWasRebuiltFromItsInterface() throws Exception {
        agent.add("a", CONF);
        agent.add("d", "{\"cniVersion\":\"1.0.0\",\"name\":\"other\"}");
        for (String record : agent.disk.list()) {
            agent.disk.delete(record);
        }
        CniFixture next = agent.restarted(spool, "boot", "10.42.1.0/24", "fd42:0:0:1::/64");
        assertEquals(200, next.call("GC", "", "", "", conf("1.1.0", ",\"cni.dev/valid-attachments\":[]")).status());
        assertEquals(List.of("d"), next.endpoints.list().stream().map(each -> each.endpoint().key().containerId()).toList());
    }

    @Test
    void shouldTellAnAbsentListFromAnEmptyOne() throws Exception {
        agent.add("a", CONF);
        agent.call("GC", "", "", "", conf("1.1.0", ""));
        assertEquals(Set.of("a"), attached());
        assertEquals(CniException.INVALID_CONFIG,
                agent.call("GC", "", "", "", conf("1.1.0", ",\"cni.dev/valid-attachments\":[{\"containerID\":\"a\"}]")).code());
        assertEquals(Set.of("a"), attached());
        agent.call("GC", "", "", "", conf("1.1.0", ",\"cni.dev/attachments\":null"));
        assertEquals(Set.of(), attached());
    }

    @Test
    void shouldGoOnCollectingAfterAFailureAndReportIt() throws Exception {
        agent.add("a", CONF);
        agent.kernel.detachFails = new IOException("busy");
        Reply reply = agent.call("GC", "", "", "", conf("1.1.0", ",\"cni.dev/valid-attachments\":[]"));
        assertEquals(CniException.INTERNAL, reply.code());
        assertTrue(reply.json().path("details").asText().contains("default/a/eth0"), reply.toString());
        agent.kernel.detachFails = null;
        assertEquals(200, agent.call("GC", "", "", "", conf("1.1.0", ",\"cni.dev/valid-attachments\":[]")).status());
        assertEquals(Set.of(), attached());
    }

    @Test
    void shouldBeReadyWhenAnAddressCanBeHad() throws Exception {
        Reply reply = agent.call("STATUS", "", "", "", conf("1.1.0", ""));
        assertEquals(200, reply.status());
        assertTrue(reply.json().isMissingNode());
    }

    @Test
    void shouldAnswerCodeFiveWhenTheStateCannotBeWrittenAndStillDetach() throws Exception {
        agent.add("a", CONF);
        agent.disk.failWith((step, operation) -> {
            throw new IOException("No space left on device");
        });
        Reply reply = agent.add("b", CONF);
        assertEquals(CniException.IO, reply.code());
        assertTrue(reply.message().contains("No space left on device"), reply.message());
        assertEquals(Set.of("wf1x0"), agent.kernel.interfaces.keySet());
        assertEquals(200, agent.del("a", CONF).status());
        assertEquals(Map.of(), agent.kernel.interfaces);
    }

    @Test
    void shouldTakeBackAnAddWhosePluginDiedAndNoLaterOne() throws Exception {
        ControlRequest add = agent.request("ADD", "a", "/run/netns/a", "eth0", CONF);
        ControlResponse first = agent.handler.handle(add);
        agent.handler.undelivered(add, first);
        assertEquals(Set.of(), attached());
        assertEquals(200, agent.handler.handle(add).status());
        agent.handler.undelivered(add, first);
        assertEquals(Set.of("a"), attached());
        agent.handler.undelivered(add, agent.handler.handle(add)); // an ADD that was refused
        assertEquals(Set.of("a"), attached());
    }

    @Test
    void shouldHoldTwoInterfacesOfOneContainerApart() throws Exception {
        agent.add("a", CONF);
        agent.call("ADD", "a", "/run/netns/a", "eth1", CONF);
        agent.del("a", CONF);
        assertEquals(List.of("eth1"), agent.endpoints.list().stream().map(StoredEndpoint::endpoint).map(e -> e.key().ifName()).toList());
    }
}
