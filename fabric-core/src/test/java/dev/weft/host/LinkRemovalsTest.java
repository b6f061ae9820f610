package dev.weft.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.linux.NetlinkView;
import dev.weft.linux.NetlinkView.LinkInfo;
import dev.weft.linux.RouteSocket;
import dev.weft.testing.RequiresRoot;
import dev.weft.testing.TestNamespaces;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@RequiresRoot
class LinkRemovalsTest {
    private static final int MANY = 20;

    private final TestNamespaces namespaces = new TestNamespaces();
    private String host;
    private RouteSocket socket;

    @BeforeEach
    void prepare() throws IOException {
        host = namespaces.add("h");
        socket = TestNamespaces.in(host, RouteSocket::open);
    }

    @AfterEach
    void remove() throws IOException {
        socket.close();
        namespaces.close();
    }

    private LinkInfo pair(String name) throws IOException {
        TestNamespaces.succeed("ip", "-n", host, "link", "add", name, "type", "veth", "peer", "name", name + "p");
        return NetlinkView.link(socket, name).orElseThrow();
    }

    @Test
    void shouldRemoveManyAtOnceAndNothingElse() throws Exception {
        LinkRemovals removals = new LinkRemovals(socket);
        pair("other");
        List<Callable<Void>> calls = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            LinkInfo link = pair("wf1x" + i);
            calls.add(() -> {
                removals.remove(link);
                return null;
            });
        }
        try (ExecutorService threads = Executors.newFixedThreadPool(MANY)) {
            for (Future<Void> done : threads.invokeAll(calls)) {
                done.get();
            }
        }
        assertEquals(List.of("lo", "other", "otherp"), NetlinkView.links(socket).stream().map(LinkInfo::name).sorted().toList());
    }

    @Test
    void shouldSucceedWhenTheInterfaceIsGoneAlready() throws Exception {
        LinkRemovals removals = new LinkRemovals(socket);
        LinkInfo link = pair("wf1x1");
        removals.remove(link);
        removals.remove(link);
        assertTrue(NetlinkView.link(socket, "wf1x1").isEmpty());
    }
}
