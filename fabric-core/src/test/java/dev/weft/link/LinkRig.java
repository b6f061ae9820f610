package dev.weft.link;

import dev.weft.counters.Counters;
import dev.weft.loop.LaneThread;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.awaitility.Awaitility;

/** One lane of one host as a test sees it: a real lane thread and a transport on it. */
public final class LinkRig implements AutoCloseable {
    static final long PATIENCE_SECONDS = 30;

    public final LaneThread thread;
    private final LaneTransport transport;

    public LinkRig(int lane, LinkTransport kind) {
        thread = new LaneThread(lane, 0, new Counters());
        thread.start();
        transport = call(() -> kind.open(thread));
    }

    /** Runs something on the lane's thread and waits for it. */
    public <T> T call(Callable<T> action) {
        return await(submit(action));
    }

    /** Runs something on the lane's thread. */
    public <T> CompletableFuture<T> submit(Callable<T> action) {
        CompletableFuture<T> result = new CompletableFuture<>();
        thread.execute(() -> {
            try {
                result.complete(action.call());
            } catch (Exception e) {
                result.completeExceptionally(e);
            }
        });
        return result;
    }

    /** Listens; the future brings each accepted link's first. */
    public CompletableFuture<Link> listen(InetSocketAddress address, LinkListener listener) {
        CompletableFuture<Link> accepted = new CompletableFuture<>();
        await(call(() -> transport.listen(address, (link, remote, privateData) -> {
            accepted.complete(link);
            return listener;
        })));
        return accepted;
    }

    /** Connects; completes exceptionally with the reason when there is no link. */
    public CompletableFuture<Link> connect(InetSocketAddress remote, LinkListener listener) {
        CompletableFuture<Link> connected = new CompletableFuture<>();
        call(() -> {
            transport.connect(null, remote, new byte[0], 5_000, new LaneTransport.ConnectHandler() {
                @Override
                public LinkListener onConnected(Link link) {
                    connected.complete(link);
                    return listener;
                }

                @Override
                public void onFailed(String reason) {
                    connected.completeExceptionally(new IllegalStateException(reason));
                }
            });
            return null;
        });
        return connected;
    }

    /** Ends everything of this side at once, as a dying process would. */
    public void vanish() {
        call(() -> {
            transport.close();
            return null;
        });
    }

    @Override
    public void close() {
        vanish();
        thread.close();
    }

    public static <T> T await(CompletableFuture<T> future) {
        try {
            return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause().getMessage(), e.getCause());
        } catch (TimeoutException e) {
            throw new AssertionError("nothing happened within " + PATIENCE_SECONDS + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    public static void until(String what, BooleanSupplier condition) {
        Awaitility.await(what).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(2))
                .atMost(Duration.ofSeconds(PATIENCE_SECONDS)).until(condition::getAsBoolean);
    }
}
