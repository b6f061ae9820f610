package dev.weft.linux;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * One thread that goes into network namespaces, opens a socket there and comes back: a socket stays in the namespace it was opened in,
 * whoever uses it later, so nobody needs a thread of his own to talk inside. The thread does nothing else, and begins each visit by
 * entering; so should it ever fail to come back, the one harm is that the namespace lives until the next visit. Thread-safe.
 */
final class NamespaceEntrance {
    private static final ExecutorService THREAD = Executors
            .newSingleThreadExecutor(Thread.ofPlatform().name("weft-netns").daemon(true).factory());

    private static int home = -1; // descriptor of the namespace to come back to; the thread's own

    private NamespaceEntrance() {
    }

    /**
     * @param opening called inside; must not wait
     * @return what it opened
     */
    static int openIn(int namespaceFd, Callable<Integer> opening) throws IOException {
        try {
            return THREAD.submit(() -> visit(namespaceFd, opening)).get();
        } catch (ExecutionException e) {
            throw new IOException(e.getCause().getMessage(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while entering a network namespace", e);
        }
    }

    private static int visit(int namespaceFd, Callable<Integer> opening) throws Exception {
        if (home < 0) {
            home = Libc.open("/proc/self/ns/net", Libc.O_RDONLY | Libc.O_CLOEXEC);
        }
        Libc.enterNetworkNamespace(namespaceFd);
        try {
            return opening.call();
        } finally {
            Libc.enterNetworkNamespace(home);
        }
    }
}
