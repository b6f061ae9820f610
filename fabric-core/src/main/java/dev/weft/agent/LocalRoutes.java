package dev.weft.agent;

import dev.weft.endpoint.Endpoint;
import dev.weft.endpoint.EndpointListener;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the lanes which endpoints live here, on the conductor. Endpoints that come and go while the conductor is at it are told
 * together, so that a crowd does not wake the lanes for each. Thread-safe.
 */
final class LocalRoutes implements EndpointListener {
    private static final Logger LOG = LoggerFactory.getLogger(LocalRoutes.class);
    private static final long PATIENCE_MILLIS = 2_000;

    private final Conductor conductor;
    private final LocalAddresses locals;
    private final Supplier<CompletableFuture<Void>> publish;
    private List<Runnable> changes = new ArrayList<>(); // guarded by this
    private CompletableFuture<Void> next; // of the changes; null when there are none; guarded by this
    private CompletableFuture<Void> last = CompletableFuture.completedFuture(null); // guarded by this

    /**
     * @param locals  touched by the conductor alone
     * @param publish tells what has changed in {@code locals}; called on the conductor; completes when the lanes follow
     */
    LocalRoutes(Conductor conductor, LocalAddresses locals, Supplier<CompletableFuture<Void>> publish) {
        this.conductor = conductor;
        this.locals = locals;
        this.publish = publish;
    }

    @Override
    public void added(Endpoint endpoint) {
        change(() -> locals.add(endpoint));
    }

    @Override
    public void removed(Endpoint endpoint) {
        change(() -> locals.remove(endpoint));
    }

    private synchronized void change(Runnable change) {
        changes.add(change);
        if (next == null) {
            next = new CompletableFuture<>();
            conductor.execute(this::tell);
        }
    }

    private void tell() {
        List<Runnable> mine;
        CompletableFuture<Void> told;
        synchronized (this) {
            mine = changes;
            told = next;
            changes = new ArrayList<>();
            last = next;
            next = null;
        }
        mine.forEach(Runnable::run);
        publish.get().whenComplete((nothing, failure) -> {
            if (failure == null) {
                told.complete(null);
            } else {
                told.completeExceptionally(failure);
            }
        });
    }

    /** A container may send as soon as its ADD is answered; lanes that do not come along do not hold it up for ever. */
    @Override
    public synchronized CompletionStage<Void> settled() {
        return (next == null ? last : next).copy().orTimeout(PATIENCE_MILLIS, TimeUnit.MILLISECONDS).exceptionally(failure -> {
            LOG.warn("lanes have not taken over new routes within {} ms: {}", PATIENCE_MILLIS, failure.toString());
            return null;
        });
    }
}
