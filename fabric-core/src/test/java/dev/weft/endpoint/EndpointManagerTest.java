package dev.weft.endpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.endpoint.EndpointException.Reason;
import dev.weft.endpoint.StoredEndpoint.State;
import dev.weft.ipam.AddressPool;
import dev.weft.ipam.HostPools;
import dev.weft.ipam.PoolExhaustedException;
import dev.weft.network.IpPrefix;
import dev.weft.network.Network;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EndpointManagerTest {
    private static final String BOOT = "boot-1";
    private static final Network DEFAULT = new Network("default", 1, List.of(IpPrefix.parse("10.42.0.0/16")), true);

    private final FakePlumbing kernel = new FakePlumbing();
    private final Map<String, Long> namespaces = new HashMap<>();
    private MemoryStateFiles files = new MemoryStateFiles();
    private HostPools pools;
    private EndpointManager manager;

    @BeforeEach
    void start() throws IOException {
        startOn(files, BOOT, "10.42.4.0/22");
    }

    private List<String> startOn(MemoryStateFiles disk, String bootId, String subnet) throws IOException {
        files = disk;
        pools = new HostPools(List.of(DEFAULT), () -> 0);
        pools.setSubnets(Map.of("default", List.of(IpPrefix.parse(subnet))));
        manager = new EndpointManager(new EndpointStore(files, bootId), pools, kernel, this::inodeOf);
        return manager.start();
    }

    private synchronized long inodeOf(String path) throws EndpointException {
        if (path.contains("nowhere")) {
            throw new EndpointException(Reason.NOT_A_NAMESPACE, path);
        }
        return namespaces.computeIfAbsent(path, p -> 4026532000L + namespaces.size());
    }

    private AddressPool.Usage usage() {
        return pools.usage().get("default").getFirst();
    }

    private void assertNothingLeft() {
        assertEquals(Map.of(), kernel.interfaces);
        assertEquals(Map.of(), files.contents());
        assertEquals(0, usage().used());
        assertEquals(List.of(), manager.list());
    }

    @Test
    void shouldAttachListAndDetach() throws Exception {
        Endpoint endpoint = manager.attach(Samples.request("a"));
        assertEquals("wf1x0", endpoint.hostInterface());
        assertTrue(endpoint.mac().matches("02(:[0-9a-f]{2}){5}"), endpoint.mac());
        assertEquals(Set.of("wf1x0"), kernel.interfaces.keySet());
        assertEquals(List.of(endpoint), manager.list().stream().map(StoredEndpoint::endpoint).toList());
        assertEquals(State.ATTACHED, manager.find(endpoint.key()).orElseThrow().state());
        assertEquals(Optional.of(endpoint), manager.detach(endpoint.key()));
        assertEquals(Optional.empty(), manager.detach(endpoint.key()));
        assertNothingLeft();
        assertEquals(1, usage().cooling());
    }

    @Test
    void shouldRefuseASecondAttachmentAndLeaveTheFirst() throws Exception {
        Endpoint first = manager.attach(Samples.request("a"));
        EndpointException e = assertThrows(EndpointException.class, () -> manager.attach(Samples.request("a")));
        assertEquals(Reason.ALREADY_ATTACHED, e.reason());
        assertEquals(Map.of("wf1x0", first), kernel.interfaces);
        assertEquals(1, usage().used());
    }

    @Test
    void shouldLetOneOfManySimultaneousAttachmentsOfAKeyWin() throws Exception {
        List<Callable<Boolean>> attempts = new ArrayList<>();
        for (int i = 0; i < 32; i++) {
            attempts.add(() -> {
                try {
                    manager.attach(Samples.request("same"));
                    return true;
                } catch (EndpointException e) {
                    assertEquals(Reason.ALREADY_ATTACHED, e.reason());
                    return false;
                }
            });
        }
        assertEquals(1, runAll(attempts).stream().filter(won -> won).count());
        assertEquals(1, usage().used());
    }

    @Test
    void shouldGiveFiveHundredSimultaneousAttachmentsAddressesOfTheirOwn() throws Exception {
        List<Callable<Endpoint>> attempts = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            String name = "c" + i;
            attempts.add(() -> manager.attach(Samples.request(name)));
        }
        List<Endpoint> endpoints = runAll(attempts);
        Set<Object> addresses = new HashSet<>();
        Set<String> interfaces = new HashSet<>();
        endpoints.forEach(endpoint -> {
            addresses.add(endpoint.ipv4());
            interfaces.add(endpoint.hostInterface());
        });
        assertEquals(500, addresses.size());
        assertEquals(500, interfaces.size());
        List<Callable<Optional<Endpoint>>> removals = new ArrayList<>();
        endpoints.forEach(endpoint -> removals.add(() -> manager.detach(endpoint.key())));
        runAll(removals);
        assertNothingLeft();
    }

    private static <T> List<T> runAll(List<Callable<T>> calls) throws Exception {
        List<T> results = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(16)) {
            for (Future<T> future : threads.invokeAll(calls)) {
                results.add(future.get());
            }
        }
        return results;
    }

    @Test
    void shouldTellListenersInOrderAndShowLateOnesWhatIsThere() throws Exception {
        List<String> early = new ArrayList<>();
        List<String> late = new ArrayList<>();
        manager.addListener(recorder(early));
        manager.attach(Samples.request("a"));
        manager.addListener(recorder(late));
        manager.detach(Samples.key("a"));
        assertEquals(List.of("+a", "-a"), early);
        assertEquals(early, late);
    }

    private static EndpointListener recorder(List<String> into) {
        return new EndpointListener() {
            @Override
            public void added(Endpoint endpoint) {
                into.add("+" + endpoint.key().containerId());
            }

            @Override
            public void removed(Endpoint endpoint) {
                into.add("-" + endpoint.key().containerId());
            }
        };
    }

    @Test
    void shouldLeaveNothingWhenTheKernelFailsHalfWay() {
        kernel.attachFails = new IOException("RTNETLINK answers: no memory");
        kernel.failAfterMaking = true;
        EndpointException e = assertThrows(EndpointException.class, () -> manager.attach(Samples.request("a")));
        assertEquals(Reason.KERNEL, e.reason());
        assertNothingLeft();
        assertEquals(0, usage().cooling());
    }

    @Test
    void shouldRefuseANamespaceThatIsNoneBeforeTakingAnything() {
        EndpointException e = assertThrows(EndpointException.class, () -> manager.attach(Samples.request("nowhere")));
        assertEquals(Reason.NOT_A_NAMESPACE, e.reason());
        assertNothingLeft();
    }

    @Test
    void shouldRefuseAnInterfaceNameTakenInTheNamespace() throws Exception {
        manager.attach(Samples.request("a"));
        AttachRequest sameNamespace = new AttachRequest(Samples.key("b"), "/run/netns/a", "/run/netns/a", List.of(), false, null, Map.of());
        EndpointException e = assertThrows(EndpointException.class, () -> manager.attach(sameNamespace));
        assertEquals(Reason.INTERFACE_EXISTS, e.reason());
        assertEquals(Set.of("wf1x0"), kernel.interfaces.keySet());
    }

    @Test
    void shouldFailAttachingAndLeaveNothingWhenAnyWriteFails() throws Exception {
        int steps = stepsOfAttach();
        for (int failing = 0; failing < steps; failing++) {
            int step = failing;
            startOn(new MemoryStateFiles(), BOOT, "10.42.4.0/24");
            int before = files.steps();
            files.failWith((n, operation) -> {
                if (n == before + step) {
                    throw new IOException("No space left on device");
                }
            });
            EndpointException e = assertThrows(EndpointException.class, () -> manager.attach(Samples.request("a")), "step " + step);
            assertEquals(Reason.STORE, e.reason(), "step " + step);
            assertNothingLeft();
        }
    }

    private int stepsOfAttach() throws Exception {
        int before = files.steps();
        manager.attach(Samples.request("count"));
        int steps = files.steps() - before;
        manager.detach(Samples.key("count"));
        return steps;
    }

    @Test
    void shouldDetachEvenWhenNothingCanBeWritten() throws Exception {
        manager.attach(Samples.request("a"));
        files.failWith((n, operation) -> {
            throw new IOException("Read-only file system");
        });
        manager.detach(Samples.key("a"));
        assertEquals(Map.of(), kernel.interfaces);
        assertEquals(0, usage().used());
        files.failWith((n, operation) -> { });
    }

    @Test
    void shouldKeepAnEndpointListedUntilTheKernelLetsItGo() throws Exception {
        manager.attach(Samples.request("a"));
        kernel.detachFails = new IOException("Device or resource busy");
        assertEquals(Reason.KERNEL, assertThrows(EndpointException.class, () -> manager.detach(Samples.key("a"))).reason());
        assertEquals(State.DETACHING, manager.list().getFirst().state());
        kernel.detachFails = null;
        manager.detach(Samples.key("a"));
        assertNothingLeft();
    }

    @Test
    void shouldReplaceAnEndpointWhoseNamespaceDied() throws Exception {
        Endpoint dead = manager.attach(Samples.request("a"));
        kernel.killNamespace(dead.netnsInode());
        namespaces.put("/run/netns/a", 4026539999L);
        Endpoint fresh = manager.attach(Samples.request("a"));
        assertEquals(4026539999L, fresh.netnsInode());
        assertEquals(1, usage().used());
        assertEquals(1, usage().cooling());
    }

    @Test
    void shouldRefuseEverythingBeforeItHasStarted() {
        EndpointManager young = new EndpointManager(new EndpointStore(files, BOOT), pools, kernel, this::inodeOf);
        assertEquals(Reason.TRY_LATER, assertThrows(EndpointException.class, () -> young.attach(Samples.request("a"))).reason());
        assertEquals(Reason.TRY_LATER, assertThrows(EndpointException.class, () -> young.detach(Samples.key("a"))).reason());
    }

    @Test
    void shouldTakeUpWhatLivesAfterARestart() throws Exception {
        Endpoint alive = manager.attach(Samples.request("a"));
        assertEquals(List.of(), startOn(new MemoryStateFiles(files.contents()), BOOT, "10.42.4.0/24"));
        assertEquals(alive, manager.list().getFirst().endpoint());
        Endpoint next = manager.attach(Samples.request("b"));
        assertEquals("wf1x1", next.hostInterface());
        assertTrue(!next.ipv4().equals(alive.ipv4()));
    }

    @Test
    void shouldForgetWhatARebootTookAndKeepWhatTheKernelStillShows() throws Exception {
        Endpoint dead = manager.attach(Samples.request("a"));
        Endpoint alive = manager.attach(Samples.request("b"));
        kernel.killNamespace(dead.netnsInode());
        startOn(new MemoryStateFiles(files.contents()), "boot-2", "10.42.4.0/24");
        assertEquals(List.of(alive), manager.list().stream().map(StoredEndpoint::endpoint).toList());
        assertEquals(1, files.contents().size());
        startOn(new MemoryStateFiles(files.contents()), "boot-2", "10.42.4.0/24");
        assertEquals(1, manager.list().size());
    }

    @Test
    void shouldUndoOrFinishWhateverWasBegunWhereverTheAgentWasKilled() throws Exception {
        int attachSteps = stepsOfAttach();
        for (int stop = 0; stop <= attachSteps + 8; stop++) {
            kernel.interfaces.clear();
            startOn(new MemoryStateFiles(), BOOT, "10.42.4.0/24");
            boolean attached = runKilledAt(stop);
            startOn(new MemoryStateFiles(files.contents()), BOOT, "10.42.4.0/24");
            assertEquals(manager.list().size(), kernel.interfaces.size(), "killed at file step " + stop);
            assertEquals(manager.list().size(), usage().used(), "killed at file step " + stop);
            boolean recorded = stop >= attachSteps - 1; // the record's rename has happened, only its sync has not
            if (!attached && !recorded) {
                assertEquals(List.of(), manager.list(), "killed at file step " + stop);
            }
            manager.detach(Samples.key("a"));
            assertNothingLeft();
        }
    }

    /** An Error is what no handler catches: nothing runs after it but the rollback, whose own steps are stopped as well. */
    private boolean runKilledAt(int stop) throws Exception {
        int before = files.steps();
        boolean attached = false;
        files.failWith((n, operation) -> {
            if (n >= before + stop) {
                kernel.detachFails = new IOException("killed");
                throw new KilledError();
            }
        });
        try {
            manager.attach(Samples.request("a"));
            attached = true;
            manager.detach(Samples.key("a"));
        } catch (KilledError expected) {
            assertTrue(stop >= 0);
        } finally {
            kernel.detachFails = null;
            files.failWith((n, operation) -> { });
        }
        return attached;
    }

    private static final class KilledError extends Error {
        private static final long serialVersionUID = 1L;
    }

    @Test
    void shouldSayExhaustedAndRecoverAfterTheCoolDown() throws Exception {
        startOn(new MemoryStateFiles(), BOOT, "10.42.4.0/30");
        manager.attach(Samples.request("a"));
        assertThrows(PoolExhaustedException.class, () -> manager.attach(Samples.request("b")));
        assertEquals(1, kernel.interfaces.size());
        assertEquals(1, files.contents().size());
    }
}
