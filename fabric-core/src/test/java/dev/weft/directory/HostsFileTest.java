package dev.weft.directory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.agent.config.AgentConfig;
import dev.weft.network.IpPrefix;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One wrong entry refuses the whole list: half a view of the cluster would cut off the other half. */
class HostsFileTest {
    private static final HostsFile FORMAT = new HostsFile(List.of(AgentConfig.DEFAULT_NETWORK), AgentConfig.DEFAULT_PORT);
    private static final String A = "- {id: a, address: 192.0.2.1, subnets: [10.42.1.0/24, \"fd42:0:0:1::/64\"]}\n";

    @Test
    void shouldListHostsWithTheirSubnets() {
        String b = "- {id: b, address: \"2001:db8::2\", port: 5000, subnets: [10.42.2.0/24]}\n";
        HostsFile.Parsed parsed = FORMAT.parse("hosts:\n" + A + b);
        assertEquals(List.of(), parsed.findings());
        assertEquals(List.of("a", "b"), parsed.hosts().stream().map(HostEntry::id).toList());
        assertEquals(List.of(IpPrefix.parse("10.42.1.0/24"), IpPrefix.parse("fd42:0:0:1::/64")),
                parsed.hosts().getFirst().subnets().get(HostsFile.DEFAULT_NETWORK));
        assertEquals(AgentConfig.DEFAULT_PORT, parsed.hosts().getFirst().underlay().getPort());
        assertEquals(5000, parsed.hosts().getLast().underlay().getPort());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "{id: b, address: 192.0.2.2, subnets: [10.42.1.128/25]}   | overlap",
        "{id: b, address: 192.0.2.2, subnets: [10.42.0.0/16]}     | overlap",
        "{id: b, address: 192.0.2.2, subnets: ['fd42:0:0:1::/80']} | overlap",
        "{id: b, address: 192.0.2.1, subnets: [10.42.2.0/24]}     | have the same address",
        "{id: a, address: 192.0.2.2, subnets: [10.42.2.0/24]}     | host 'a' is listed twice",
        "{id: b, address: 192.0.2.2, subnets: [10.77.2.0/24]}     | is not within the ranges",
        "{id: b, address: 192.0.2.2, subnets: [10.42.2.0/24, 10.42.3.0/24]} | two subnets of one address family",
        "{id: b, address: 192.0.2.2, subnets: [10.42.2.0/31]}     | no room for endpoints",
        "{id: b, address: host-b, subnets: [10.42.2.0/24]}        | an IPv4 or IPv6 address",
        "{id: B_, address: 192.0.2.2}                             | 1 to 63 of a-z",
        "{address: 192.0.2.2}                                     | id: is missing",
        "{id: b, address: 192.0.2.2, subnet: [10.42.2.0/24]}      | did you mean 'subnets'",
        "b                                                        | keys with values"})
    void shouldRefuseTheWholeListForOneWrongHost(String second, String finding) {
        HostsFile.Parsed parsed = FORMAT.parse("hosts:\n" + A + "- " + second + "\n");
        assertEquals(List.of(), parsed.hosts());
        assertTrue(parsed.findings().toString().contains(finding), parsed.findings().toString());
    }

    @ParameterizedTest
    @CsvSource({"''", "'hosts'", "'- a'", "'hosts: {'", "'hosts: 7'", "'\u0000\u0001'", "'hosts: &a [*a]'"})
    void shouldRefuseWhatIsNoListOfHosts(String text) {
        HostsFile.Parsed parsed = FORMAT.parse(text);
        assertEquals(List.of(), parsed.hosts());
        assertTrue(!parsed.findings().isEmpty());
    }
}
