package dev.weft.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.endpoint.StoredEndpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the real shim writes, the handler works off. */
class DelSpoolTest {
    @TempDir
    Path spool;
    private CniFixture agent;

    @BeforeEach
    void start() throws IOException {
        agent = CniFixture.started(spool, "10.42.1.0/24");
    }

    private byte[] conf(Path agentSocket) throws IOException {
        ObjectNode conf = Json.mapper().createObjectNode().put("cniVersion", "1.0.0").put("name", "net1");
        return Json.mapper().writeValueAsBytes(conf.put("agentSocket", agentSocket.toString()).put("spoolDir", spool.toString()));
    }

    private void spool(String container, Path agentSocket) throws Exception {
        Map<String, String> environment = Shim.environment("DEL");
        environment.put("CNI_CONTAINERID", container);
        environment.put("CNI_NETNS", "");
        assertEquals(new Shim.Outcome(0, "", ""), Shim.run(environment, conf(agentSocket)));
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(spool)) {
            return files.toList();
        }
    }

    private Set<String> attached() {
        return agent.endpoints.list().stream().map(StoredEndpoint::endpoint).map(e -> e.key().containerId()).collect(Collectors.toSet());
    }

    @Test
    void shouldDetachAtStartWhatWasDeletedMeanwhile() throws Exception {
        agent.add("a", CniFixture.CONF);
        agent.add("b", CniFixture.CONF);
        spool("a", CniFixture.SOCKET);
        spool("never-attached", CniFixture.SOCKET);
        agent.handler.workOffSpool();
        assertEquals(Set.of("b"), attached());
        assertEquals(List.of(), files());
    }

    @Test
    void shouldWorkOffADelBeforeTheSameContainerIsAddedAgain() throws Exception {
        agent.add("a", CniFixture.CONF);
        spool("a", CniFixture.SOCKET);
        agent.replaceNamespace("/run/netns/a");
        assertEquals(200, agent.add("a", CniFixture.CONF).status());
        assertEquals(List.of(), files());
        agent.handler.workOffSpool();
        assertEquals(Set.of("a"), attached());
    }

    @Test
    void shouldWorkOffManySideBySide() throws Exception {
        CountDownLatch together = new CountDownLatch(8);
        for (int i = 0; i < 8; i++) {
            spool("c" + i, CniFixture.SOCKET);
        }
        Set<String> metTheOthers = ConcurrentHashMap.newKeySet();
        new DelSpool(spool, CniFixture.SOCKET.toString()).workOff((call, conf) -> {
            together.countDown();
            if (await(together)) {
                metTheOthers.add(call.containerId());
            }
            return Json.mapper().createObjectNode();
        });
        assertEquals(8, metTheOthers.size());
        assertEquals(List.of(), files());
    }

    @Test
    void shouldLeaveForTheNextTimeWhatComesMeanwhile() throws Exception {
        spool("a", CniFixture.SOCKET);
        AtomicInteger calls = new AtomicInteger();
        DelSpool worker = new DelSpool(spool, CniFixture.SOCKET.toString());
        DelSpool.Del spoolingAnother = (call, conf) -> {
            try {
                spool("more-" + calls.incrementAndGet(), CniFixture.SOCKET);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
            return Json.mapper().createObjectNode();
        };
        worker.workOff(spoolingAnother);
        assertEquals(1, calls.get());
        assertEquals(1, files().size());
        worker.workOff(spoolingAnother);
        assertEquals(2, calls.get());
    }

    private static boolean await(CountDownLatch latch) {
        try {
            return latch.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void shouldKeepWhatEndsInAnUnexpectedFailureUntilItIsTriedAgain() throws Exception {
        spool("a", CniFixture.SOCKET);
        DelSpool worker = new DelSpool(spool, CniFixture.SOCKET.toString());
        AtomicInteger calls = new AtomicInteger();
        DelSpool.Del broken = (call, conf) -> {
            calls.incrementAndGet();
            throw new IllegalStateException("a defect");
        };
        worker.workOff(broken);
        worker.workOff(broken);
        assertEquals(1, calls.get());
        worker.workOffAgain(broken);
        assertEquals(2, calls.get());
        assertEquals(1, files().size());
    }

    @Test
    void shouldLeaveToAnotherAgentWhatIsItsOwn() throws Exception {
        agent.add("a", CniFixture.CONF);
        spool("a", Path.of("/run/other/agent.sock"));
        agent.handler.workOffSpool();
        assertEquals(Set.of("a"), attached());
        assertEquals(1, files().size());
    }

    @Test
    void shouldLookAgainBeforeEveryAddAtWhatWasAnotherAgents() throws Exception {
        DelSpool worker = new DelSpool(spool, CniFixture.SOCKET.toString());
        AtomicInteger calls = new AtomicInteger();
        DelSpool.Del counting = (call, conf) -> {
            calls.incrementAndGet();
            return Json.mapper().createObjectNode();
        };
        spool("a", Path.of("/run/other/agent.sock"));
        Path file = files().getFirst();
        worker.workOff(counting);
        assertEquals(0, calls.get());
        Files.delete(file);
        spool("a", CniFixture.SOCKET);
        Files.move(files().getFirst(), file); // the same name, whatever the shim makes it of
        worker.workOff(counting);
        assertEquals(1, calls.get());
        assertEquals(List.of(), files());
    }

    @Test
    void shouldKeepWhatCannotBeDoneNowAndTryAgainLater() throws Exception {
        agent.add("a", CniFixture.CONF);
        spool("a", CniFixture.SOCKET);
        agent.kernel.detachFails = new IOException("busy");
        agent.handler.workOffSpool();
        assertEquals(1, files().size());
        agent.kernel.detachFails = null;
        agent.handler.workOffSpool();
        assertEquals(Set.of(), attached());
        assertEquals(List.of(), files());
    }

    @Test
    void shouldRemoveWhatCanNeverBeDone() throws Exception {
        for (String content : List.of("", "POST", "POST /cni/v1 HTTP/1.1\r\nCni-COMMAND: ADD\r\nContent-Length: 2\r\n\r\n{}",
                "POST /cni/v1 HTTP/1.1\r\nCni-COMMAND: DEL\r\nContent-Length: 99\r\n\r\n{\"name\":\"n\"}")) {
            Files.writeString(spool.resolve("x.del"), content);
            agent.handler.workOffSpool();
            assertEquals(List.of(), files(), content);
        }
    }

    @Test
    void shouldIgnoreWhatIsHalfWritten() throws Exception {
        Files.writeString(spool.resolve(".123.tmp"), "POST");
        agent.handler.workOffSpool();
        assertEquals(1, files().size());
        assertTrue(agent.add("a", CniFixture.CONF).status() == 200);
    }

    @Test
    void shouldRemoveWhatAShimThatWasKilledLeftHalfWritten() throws Exception {
        Path left = Files.writeString(spool.resolve(".123.tmp"), "POST");
        Files.setLastModifiedTime(left, FileTime.from(Instant.now().minusSeconds(3600)));
        agent.handler.workOffSpool();
        assertEquals(List.of(), files());
    }

    @Test
    void shouldDoWithoutASpool() throws Exception {
        CniFixture without = CniFixture.started(spool.resolve("missing"), "10.42.1.0/24");
        without.handler.workOffSpool();
        assertEquals(200, without.add("a", CniFixture.CONF).status());
    }
}
