package dev.weft.endpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.endpoint.EndpointPlumbing.Remains;
import dev.weft.ipam.HostPools;
import dev.weft.ipam.Lease;
import dev.weft.network.IpAddresses;
import dev.weft.network.IpPrefix;
import dev.weft.network.Network;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EndpointAuditTest {
    private final FakePlumbing kernel = new FakePlumbing();
    private final MemoryStateFiles disk = new MemoryStateFiles();
    private final Map<String, Long> namespaces = new HashMap<>();
    private final HostPools pools = new HostPools(List.of(new Network("default", 1, List.of(), true)), () -> 0);
    private final EndpointManager manager = new EndpointManager(new EndpointStore(disk, "boot"), pools, kernel, path ->
            namespaces.computeIfAbsent(path, p -> 4026532000L + namespaces.size()));
    private Endpoint endpoint;

    @BeforeEach
    void attach() throws Exception {
        pools.setSubnets(Map.of("default", List.of(IpPrefix.parse("10.42.1.0/24"))));
        manager.start();
        endpoint = manager.attach(Samples.request("a"));
    }

    private void assertFinding(String subject, String detail) throws IOException {
        List<EndpointAudit.Finding> findings = manager.audit().findings();
        assertEquals(1, findings.size(), findings.toString());
        assertEquals(subject, findings.getFirst().subject());
        assertTrue(findings.getFirst().detail().contains(detail), findings.toString());
        assertTrue(!findings.getFirst().remedy().isEmpty(), findings.toString());
    }

    @Test
    void shouldFindNothingWhenAllAgree() throws IOException {
        assertEquals(List.of(), manager.audit().findings());
    }

    @Test
    void shouldNameWhatTheKernelLacks() throws IOException {
        kernel.damage.put(endpoint.hostInterface(), "route 10.42.1.2/32 is missing");
        assertFinding("default/a/eth0", "route 10.42.1.2/32 is missing");
    }

    @Test
    void shouldNameAMissingRecordWhichTheNextReconciliationWrites() throws IOException {
        disk.delete(EndpointStore.fileName(endpoint.key(), StoredEndpoint.State.ATTACHED));
        assertFinding("default/a/eth0", "no record");
        manager.reconcile();
        assertEquals(List.of(), manager.audit().findings());
    }

    @Test
    void shouldNameARecordWithoutAnEndpointAndOneThatIsDamagedOrSetAside() throws IOException {
        new EndpointStore(disk, "boot").put(Samples.stored("stray", 7));
        assertFinding("default/stray/eth0", "not attached");
        disk.delete(EndpointStore.fileName(Samples.key("stray"), StoredEndpoint.State.ATTACHED));
        disk.write("0.json", new byte[] {1});
        assertFinding("record", "0.json");
        disk.rename("0.json", "0.json.set-aside-1");
        assertFinding("record", "set aside");
    }

    @Test
    void shouldNameAnInterfaceOfNobody() throws IOException {
        kernel.foreign.add(new Remains("wf1x9", 1, 9, null, List.of()));
        assertFinding("wf1x9", "no endpoint");
    }

    @Test
    void shouldNameAnAddressHeldForNobodyAndOneThatThePoolTakesForFree() throws IOException {
        pools.adopt("default", "default/gone/eth0", Lease.of(List.of(IpAddresses.parse("10.42.1.99"))));
        assertFinding("10.42.1.99", "held for default/gone/eth0");
        pools.giveBack("default", "default/gone/eth0", Lease.of(List.of(IpAddresses.parse("10.42.1.99"))));
        pools.giveBack("default", "default/a/eth0", Lease.of(List.of(endpoint.ipv4())));
        assertFinding("default/a/eth0", "takes for free");
    }

    @Test
    void shouldNameAnEndpointThatTheKernelDoesNotLetGo() throws Exception {
        kernel.detachFails = new IOException("busy");
        try {
            manager.detach(endpoint.key());
        } catch (EndpointException e) {
            assertFinding("default/a/eth0", "being detached");
        }
    }
}
