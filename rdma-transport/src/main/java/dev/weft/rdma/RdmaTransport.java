package dev.weft.rdma;

import dev.weft.link.LaneTransport;
import dev.weft.link.LinkKind;
import dev.weft.link.LinkTransport;
import dev.weft.loop.LaneLoop;
import dev.weft.rdma.verbs.ExtendedCm;
import dev.weft.rdma.verbs.ExtendedVerbs;
import dev.weft.rdma.verbs.PanamaProvider;
import dev.weft.rdma.verbs.PanamaVerbs;
import dev.weft.rdma.verbs.RdmaDevice;
import java.io.IOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Links over RDMA verbs: iWARP, RoCE or InfiniBand, whatever devices the kernel has. */
public final class RdmaTransport implements LinkTransport {

    /**
     * What stands behind the verbs.
     *
     * @param problem why there are none, with the remedy; null when there are some
     */
    record Backend(ExtendedVerbs verbs, ExtendedCm cm, String problem, String found) {
    }

    private final RdmaConfig config;
    private final MemoryBudget budget;
    private final DeviceEvents deviceEvents = new DeviceEvents();
    private Backend backend;

    /** For {@link java.util.ServiceLoader}. */
    public RdmaTransport() {
        this(RdmaConfig.DEFAULT);
    }

    public RdmaTransport(RdmaConfig config) {
        this.config = config;
        budget = new MemoryBudget(config.budgetBytes());
    }

    /** Over other verbs than the kernel's. */
    RdmaTransport(RdmaConfig config, Backend backend) {
        this(config);
        this.backend = backend;
    }

    @Override
    public LinkKind kind() {
        return LinkKind.RDMA;
    }

    @Override
    public Availability availability() {
        Backend probed = backend();
        return probed.problem == null ? new Availability(true, probed.found) : new Availability(false, probed.problem);
    }

    private synchronized Backend backend() {
        if (backend == null || backend.problem != null) {
            backend = probe(); // devices and modules may have come since
        }
        return backend;
    }

    private static Backend probe() {
        String missing = PanamaProvider.kernelProblem();
        if (missing != null) {
            return new Backend(null, null, missing, "");
        }
        try {
            PanamaProvider provider = PanamaVerbs.install();
            String problem = PanamaProvider.problem();
            String found = problem != null ? "" : provider.openVerbs().devices().stream().map(RdmaTransport::describe)
                    .collect(Collectors.joining(", "));
            return new Backend(provider.openVerbs(), provider.openCm(), problem, found);
        } catch (IOException e) {
            return new Backend(null, null, e.getMessage(), "");
        }
    }

    private static String describe(RdmaDevice device) {
        return device.name() + " (" + device.kind().label() + ")";
    }

    /** @throws IllegalStateException when there is no RDMA here */
    @Override
    public LaneTransport open(LaneLoop loop) {
        Backend probed = backend();
        if (probed.problem != null) {
            throw new IllegalStateException(probed.problem);
        }
        ExecutorService worker = threads("weft-rdma-" + loop.lane(), 1, new LinkedBlockingQueue<>());
        ExecutorService callers = threads("weft-rdma-call-" + loop.lane(), Integer.MAX_VALUE, new SynchronousQueue<>());
        return open(new EpollRdmaLoop(loop), probed, worker, callers, () -> {
            callers.shutdown();
            worker.shutdown();
        });
    }

    /**
     * @param worker runs what may take long in the kernel, one after the other
     * @param ended  called on the worker when all is gone
     */
    RdmaLaneTransport open(RdmaLoop loop, Executor worker, Runnable ended) {
        return open(loop, backend(), worker, worker, ended);
    }

    private RdmaLaneTransport open(RdmaLoop loop, Backend with, Executor worker, Executor callers, Runnable ended) {
        return new RdmaLaneTransport(loop, with.verbs, with.cm, config, budget, worker, callers, ended, deviceEvents);
    }

    private static ExecutorService threads(String name, int most, BlockingQueue<Runnable> waiting) {
        return new ThreadPoolExecutor(0, most, 5, TimeUnit.SECONDS, waiting, Thread.ofPlatform().daemon().name(name).factory());
    }
}
