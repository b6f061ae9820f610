package dev.weft.perf.control;

import dev.weft.perf.model.TestKind;
import dev.weft.perf.rig.Connector;
import dev.weft.perf.rig.LatencyRecorder;
import dev.weft.perf.rig.NanoClock;
import dev.weft.perf.rig.OpenLoopPinger;
import dev.weft.perf.rig.Pinger;
import dev.weft.perf.rig.Schedule;
import dev.weft.perf.rig.Sink;
import dev.weft.perf.rig.Source;
import dev.weft.perf.rig.Worker;
import dev.weft.perf.rig.WorkerThread;
import dev.weft.perf.transport.StreamSetup;
import dev.weft.perf.transport.Transceiver;
import dev.weft.perf.transport.Transport;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** The client's workers for a test: connects to the server's addresses and takes the other role of each stream. */
final class ClientStreams {
    private static final long CONNECT_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final TestPlan plan;
    private final Transport transport;
    private final List<String> addresses;
    private final List<Integer> cpus;
    private final LongSupplier serverAhead;
    private final StreamSetup setup;

    ClientStreams(TestPlan plan, Transport transport, String host, long token, List<String> addresses, List<Integer> cpus,
            LongSupplier serverAhead) {
        this.plan = plan;
        this.transport = transport;
        this.addresses = addresses;
        this.cpus = cpus;
        this.serverAhead = serverAhead;
        boolean spin = plan.spin() || plan.test() == TestKind.RR && plan.isOpenLoop(); // one thread sends and receives: it may not sleep
        setup = new StreamSetup(host, 0, token, plan.messageBytes(), spin, plan.transportOptions());
    }

    List<WorkerThread> start() {
        List<WorkerThread> threads = new ArrayList<>();
        if (plan.test() == TestKind.RR && plan.isOpenLoop()) {
            threads.add(new WorkerThread("weft-perf-0", this::openLoop, cpus.isEmpty() ? -1 : cpus.getFirst()));
            return threads;
        }
        for (int i = 0; i < plan.totalStreams(); i++) {
            int stream = i;
            threads.add(new WorkerThread("weft-perf-" + i, () -> open(stream), cpus.isEmpty() ? -1 : cpus.get(i % cpus.size())));
        }
        return threads;
    }

    private Worker openLoop() throws IOException {
        List<Transceiver> streams = new ArrayList<>();
        for (String address : addresses) {
            streams.add(transport.connect(address, setup, CONNECT_NANOS));
        }
        long limit = plan.count() == 0 ? Long.MAX_VALUE : plan.count();
        return new OpenLoopPinger(streams, NanoClock.SYSTEM, plan.messageBytes(), limit, new Schedule(plan.ratePerSecond(), 0, 1));
    }

    private Worker open(int stream) throws IOException {
        String address = addresses.get(stream);
        if (plan.test() == TestKind.CRR) {
            return new Connector(transport, address, setup, NanoClock.SYSTEM, plan.limit(stream));
        }
        Transceiver transceiver = transport.connect(address, setup, CONNECT_NANOS);
        if (plan.test() == TestKind.RR) {
            return new Pinger(transceiver, NanoClock.SYSTEM, plan.messageBytes(), plan.limit(stream), transport.traits().reliable());
        }
        boolean oneWay = plan.test() == TestKind.ONEWAY;
        if (!plan.goesForward(stream)) {
            return new Sink(transceiver, NanoClock.SYSTEM, oneWay ? new LatencyRecorder(true) : null, serverAhead,
                    plan.limit(stream), plan.silenceNanos(transport.traits()));
        }
        Schedule schedule = plan.isOpenLoop() ? new Schedule(plan.ratePerSecond(), stream % plan.streams(), plan.streams()) : null;
        return new Source(transceiver, NanoClock.SYSTEM, plan.messageBytes(), plan.limit(stream), schedule, oneWay);
    }
}
