package dev.weft.endpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.endpoint.EndpointException.Reason;
import dev.weft.ipam.HostPools;
import dev.weft.network.IpPrefix;
import dev.weft.network.Network;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReconciliationTest {
    private final FakePlumbing kernel = new FakePlumbing();
    private final Map<String, Long> namespaces = new HashMap<>();
    private final HostPools pools = new HostPools(List.of(new Network("default", 1, List.of(), true)), () -> 0);
    private final EndpointManager manager =
            new EndpointManager(new EndpointStore(new MemoryStateFiles(), "boot"), pools, kernel, this::inodeOf);

    @BeforeEach
    void start() throws IOException {
        pools.setSubnets(Map.of("default", List.of(IpPrefix.parse("10.42.1.0/24"))));
        manager.start();
    }

    private long inodeOf(String path) throws EndpointException {
        Long inode = namespaces.get(path);
        if (inode == null) {
            throw new EndpointException(Reason.NOT_A_NAMESPACE, path);
        }
        return inode;
    }

    private Endpoint attach(String container) throws Exception {
        namespaces.put("/run/netns/" + container, 4026532000L + namespaces.size());
        return manager.attach(Samples.request(container));
    }

    private void dies(Endpoint endpoint) {
        kernel.killNamespace(endpoint.netnsInode());
        namespaces.remove(endpoint.netns());
    }

    @Test
    void shouldDoNothingWhenAllIsWell() throws Exception {
        attach("a");
        assertEquals(List.of(), manager.reconcile());
    }

    @Test
    void shouldCollectAnEndpointWhoseNamespaceIsGoneAndNoOther() throws Exception {
        Endpoint dead = attach("a");
        attach("b");
        dies(dead);
        assertEquals(1, manager.reconcile().size());
        assertEquals(List.of("b"), manager.list().stream().map(stored -> stored.endpoint().key().containerId()).toList());
        assertEquals(1, pools.usage().get("default").getFirst().cooling());
        assertEquals(List.of(), manager.reconcile());
    }

    @Test
    void shouldRepairWhatWasRemovedByHandAndSayWhat() throws Exception {
        Endpoint endpoint = attach("a");
        kernel.damage.put(endpoint.hostInterface(), "route 10.42.1.2/32 is missing");
        List<String> report = manager.reconcile();
        assertTrue(report.getFirst().contains("route 10.42.1.2/32 is missing"), report.toString());
        assertEquals(List.of(), manager.reconcile());
    }

    @Test
    void shouldMakeTheInterfaceAgainWhileItsNamespaceLives() throws Exception {
        Endpoint endpoint = attach("a");
        kernel.interfaces.remove(endpoint.hostInterface());
        manager.reconcile();
        assertEquals(Map.of(endpoint.hostInterface(), endpoint), kernel.interfaces);
        assertEquals(1, manager.list().size());
    }

    @Test
    void shouldKeepAnEndpointWhoseNamespaceIsOnlyOutOfSight() throws Exception {
        Endpoint endpoint = attach("a");
        namespaces.remove(endpoint.netns()); // a runtime with a mount namespace of its own
        kernel.damage.put(endpoint.hostInterface(), "route 10.42.1.2/32 is missing");
        manager.reconcile();
        assertEquals(List.of(), manager.reconcile());
        assertEquals(1, manager.list().size());
    }

    @Test
    void shouldNotTakeANewNamespaceAtTheSamePathForTheOldOne() throws Exception {
        Endpoint endpoint = attach("a");
        kernel.killNamespace(endpoint.netnsInode());
        namespaces.put(endpoint.netns(), 4026539999L);
        manager.reconcile();
        assertEquals(List.of(), manager.list());
        assertEquals(Map.of(), kernel.interfaces);
    }

    @Test
    void shouldFinishADetachmentTheKernelRefusedBefore() throws Exception {
        Endpoint endpoint = attach("a");
        kernel.detachFails = new IOException("busy");
        assertThrows(EndpointException.class, () -> manager.detach(endpoint.key()));
        assertEquals(1, manager.reconcile().stream().filter(line -> line.contains("busy")).count());
        kernel.detachFails = null;
        manager.reconcile();
        assertEquals(List.of(), manager.list());
    }

    @Test
    void shouldNameWhatDiffersForCheck() throws Exception {
        Endpoint endpoint = attach("a");
        assertEquals(List.of(), manager.differences(endpoint.key(), endpoint.netns()));
        kernel.damage.put(endpoint.hostInterface(), "link is down");
        assertEquals(List.of("link is down"), manager.differences(endpoint.key(), endpoint.netns()));
        namespaces.put("/run/netns/other", 1L);
        assertTrue(manager.differences(endpoint.key(), "/run/netns/other").getFirst().contains("was attached to"));
        assertTrue(manager.differences(Samples.key("b"), endpoint.netns()).getFirst().contains("not attached"));
    }
}
