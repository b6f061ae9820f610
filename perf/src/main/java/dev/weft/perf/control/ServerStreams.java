package dev.weft.perf.control;

import dev.weft.perf.model.TestKind;
import dev.weft.perf.rig.Echo;
import dev.weft.perf.rig.LatencyRecorder;
import dev.weft.perf.rig.NanoClock;
import dev.weft.perf.rig.Responder;
import dev.weft.perf.rig.Schedule;
import dev.weft.perf.rig.Sink;
import dev.weft.perf.rig.Source;
import dev.weft.perf.rig.Worker;
import dev.weft.perf.rig.WorkerThread;
import dev.weft.perf.transport.Acceptor;
import dev.weft.perf.transport.StreamSetup;
import dev.weft.perf.transport.Transceiver;
import dev.weft.perf.transport.Transport;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** The server's worker for each stream of a test: listens, tells where, accepts, and becomes what the plan wants. */
final class ServerStreams {
    private static final long ACCEPT_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final TestPlan plan;
    private final Transport transport;
    private final PerfServer.Settings settings;
    private final long token;
    private final LongSupplier clientAhead;
    private final String localAddress;
    private final List<CompletableFuture<String>> addresses = new ArrayList<>();

    ServerStreams(TestPlan plan, Transport transport, PerfServer.Settings settings, long token, LongSupplier clientAhead,
            String localAddress) {
        this.plan = plan;
        this.transport = transport;
        this.settings = settings;
        this.token = token;
        this.clientAhead = clientAhead;
        this.localAddress = localAddress;
        for (int i = 0; i < plan.totalStreams(); i++) {
            addresses.add(new CompletableFuture<>());
        }
    }

    CompletableFuture<String> address(int stream) {
        return addresses.get(stream);
    }

    WorkerThread start(int stream) {
        List<Integer> cpus = plan.serverCpus();
        return new WorkerThread("weft-perf-" + stream, () -> open(stream), cpus.isEmpty() ? -1 : cpus.get(stream % cpus.size()));
    }

    private Worker open(int stream) throws IOException {
        int port = settings.dataPort() == 0 ? 0 : settings.dataPort() + stream;
        StreamSetup setup = new StreamSetup(localAddress, port, token, plan.messageBytes(), plan.spin(), plan.transportOptions());
        Acceptor acceptor = listen(stream, setup);
        if (plan.test() == TestKind.CRR) {
            return new Responder(acceptor, NanoClock.SYSTEM);
        }
        try (acceptor) {
            Transceiver transceiver = acceptor.accept(ACCEPT_NANOS);
            if (transceiver == null) {
                throw new IOException("stream " + stream + " was not connected in time");
            }
            return worker(stream, transceiver);
        }
    }

    private Acceptor listen(int stream, StreamSetup setup) throws IOException {
        try {
            Acceptor acceptor = transport.listen(setup);
            addresses.get(stream).complete(acceptor.address());
            return acceptor;
        } catch (IOException | RuntimeException e) {
            addresses.get(stream).completeExceptionally(e);
            throw e;
        }
    }

    private Worker worker(int stream, Transceiver transceiver) {
        if (plan.test() == TestKind.RR) {
            return new Echo(transceiver);
        }
        boolean oneWay = plan.test() == TestKind.ONEWAY;
        if (plan.goesForward(stream)) {
            return new Sink(transceiver, NanoClock.SYSTEM, oneWay ? new LatencyRecorder(true) : null, clientAhead,
                    plan.limit(stream), plan.silenceNanos(transport.traits()));
        }
        Schedule schedule = plan.isOpenLoop() ? new Schedule(plan.ratePerSecond(), stream % plan.streams(), plan.streams()) : null;
        return new Source(transceiver, NanoClock.SYSTEM, plan.messageBytes(), plan.limit(stream), schedule, oneWay);
    }
}
