package dev.weft.perf.rig;

import dev.weft.linux.CpuAffinity;
import dev.weft.perf.transport.Transceiver;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The thread of a worker: opens it, waits for the start, turns until it is done or told to stop, and closes it at the very end so that the
 * other side can take what is under way.
 */
public final class WorkerThread implements AutoCloseable {
    /** Sleeping costs up to this much of punctuality; what is nearer is waited for awake. */
    private static final long AWAKE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final int IDLE_ROUNDS_BEFORE_YIELD = 100;
    private static final long JOIN_MILLIS = 5000;

    private final Callable<? extends Worker> opener;
    private final int cpu;
    private final Thread thread;
    private final CompletableFuture<Worker> opened = new CompletableFuture<>();
    private final CountDownLatch go = new CountDownLatch(1);
    private final CountDownLatch leave = new CountDownLatch(1);
    private volatile boolean stop;

    /**
     * @param opener called on the new thread
     * @param cpu    processor to stay on, or -1
     */
    public WorkerThread(String name, Callable<? extends Worker> opener, int cpu) {
        this.opener = opener;
        this.cpu = cpu;
        // Netty keeps its object pools for threads of its own kind only.
        thread = new FastThreadLocalThread(this::run, name);
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        Worker worker = null;
        try {
            if (cpu >= 0) {
                bind();
            }
            worker = opener.call();
            opened.complete(worker);
            go.await();
            turn(worker);
            leave.await();
        } catch (InterruptedException e) {
            opened.completeExceptionally(e);
        } catch (Exception e) {
            opened.completeExceptionally(e);
        } finally {
            if (worker != null) {
                worker.close();
            }
        }
    }

    private void bind() throws IOException {
        try {
            CpuAffinity.set(1L << cpu);
        } catch (IOException e) {
            throw new IOException("cannot run on processor " + cpu + ": " + e.getMessage() + "; this process may use 0x"
                    + Long.toHexString(CpuAffinity.get()), e);
        }
    }

    private void turn(Worker worker) {
        int idle = 0;
        while (!stop && !worker.isDone()) {
            if (worker.doWork() > 0) {
                idle = 0;
                continue;
            }
            long nanos = worker.idleNanos();
            if (nanos > 2 * AWAKE_NANOS) {
                LockSupport.parkNanos(Math.min(nanos - AWAKE_NANOS, Transceiver.PATIENCE_NANOS));
            } else if (nanos > 0) {
                Thread.onSpinWait(); // due soon: a processor given away now may come back too late
            } else if (++idle % IDLE_ROUNDS_BEFORE_YIELD == 0) {
                Thread.yield(); // somebody we wait for may need this processor
            } else {
                Thread.onSpinWait();
            }
        }
    }

    /** The processor it is bound to as a mask; 0 when it is not. */
    long processor() {
        return cpu < 0 ? 0 : 1L << cpu;
    }

    /** Completes with the worker, or with what kept it from opening. */
    public CompletableFuture<Worker> opened() {
        return opened;
    }

    public void go() {
        go.countDown();
    }

    /** Ends the turning within {@link Transceiver#PATIENCE_NANOS}; the worker stays open until {@link #close}. */
    public void stop() {
        stop = true;
        LockSupport.unpark(thread);
    }

    @Override
    public void close() {
        stop();
        go.countDown();
        leave.countDown();
        if (!opened.isDone()) {
            thread.interrupt();
        }
        try {
            thread.join(JOIN_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
