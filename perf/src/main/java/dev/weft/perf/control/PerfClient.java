package dev.weft.perf.control;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.perf.measure.AgentProbe;
import dev.weft.perf.measure.AgentReport;
import dev.weft.perf.measure.HostProbe;
import dev.weft.perf.model.Environment;
import dev.weft.perf.model.Interval;
import dev.weft.perf.model.Latency.ClockOffset;
import dev.weft.perf.rig.EndReport;
import dev.weft.perf.rig.Engine;
import dev.weft.perf.rig.NanoClock;
import dev.weft.perf.transport.Reason;
import dev.weft.perf.transport.Transport;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/** Makes one repeat of a test with a server. Used once, by one thread; {@link #stop} from any. */
public final class PerfClient {
    private static final int STEP_MILLIS = 15_000;
    private static final int CLOCK_PROBES = 20;
    private static final long RESULT_MILLIS = 5000;
    private static final long DRAIN_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long SILENCE_MILLIS = 5000;

    private final String host;
    private final int port;
    private final Transports transports;
    private final HostProbe probe;
    private final List<Integer> cpus;
    private final AtomicLong serverAhead = new AtomicLong();
    private final List<Interval> serverIntervals = new ArrayList<>();
    private final CompletableFuture<JsonNode> result = new CompletableFuture<>();
    private volatile Engine engine;

    /**
     * @param cpus processors for the client's streams, empty for any
     */
    public PerfClient(String host, int port, Transports transports, HostProbe probe, List<Integer> cpus) {
        this.host = host;
        this.port = port;
        this.transports = transports;
        this.probe = probe;
        this.cpus = List.copyOf(cpus);
    }

    /** Ends the running test; what was measured is kept. Any thread. */
    public void stop(String reason) {
        Engine running = engine;
        if (running != null) {
            running.abort(reason);
        }
    }

    /**
     * @param listener told each interval at this end ({@code false}) and at the server's ({@code true}), on several threads
     * @throws PerfException when there is nothing to show at all
     */
    public Outcome run(TestPlan plan, IntervalListener listener) throws IOException {
        Transport transport = transports.find(plan.transport());
        String problem = plan.problem(transport.traits());
        if (problem != null) {
            throw new PerfException(problem);
        }
        // Before the connection is made: a server waits two seconds for it, and the first JSON of a JVM takes long on a slow machine.
        com.fasterxml.jackson.databind.node.ObjectNode request = Wire.message("test");
        request.set("plan", Wire.JSON.valueToTree(plan));
        try (Wire wire = ServerLine.open(host, port)) {
            wire.send(request);
            JsonNode ready = ServerLine.expect(wire, host, "ready");
            List<String> addresses = new ArrayList<>();
            ready.path("addresses").forEach(address -> addresses.add(address.asText()));
            if (addresses.size() != plan.totalStreams()) {
                throw new PerfException("the server opened " + addresses.size() + " of " + plan.totalStreams() + " streams");
            }
            ClientStreams streams = new ClientStreams(plan, transport, host, ready.path("token").asLong(), addresses, cpus,
                    serverAhead::get);
            try (Engine opened = new Engine("client", NanoClock.SYSTEM, streams.start())) {
                engine = opened;
                opened.open(TimeUnit.MILLISECONDS.toNanos(STEP_MILLIS));
                return measure(plan, wire, opened, listener);
            }
        }
    }

    /** Takes intervals as they are measured. */
    @FunctionalInterface
    public interface IntervalListener {
        void onInterval(Interval interval, boolean fromServer);
    }

    private Outcome measure(TestPlan plan, Wire wire, Engine running, IntervalListener listener) throws IOException {
        Environment serverHost = Wire.JSON.treeToValue(ServerLine.expect(wire, host, "connected").path("environment"), Environment.class);
        ClockOffset offset = offset(wire);
        serverAhead.set(offset.nanos());
        wire.send(Wire.message("start").put("clientAheadNanos", -offset.nanos()));
        ServerLine.expect(wire, host, "started");
        Environment clientHost = probe.environment(wire.localAddress());
        AgentProbe.Before agentBefore = probe.agent().begin();
        long wall = System.currentTimeMillis() - TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
        Thread.ofVirtual().start(() -> listen(wire, running, plan, listener));
        String early = running.run(plan.timing(), interval -> listener.onInterval(interval, false));
        running.stopSending();
        EndReport server = null;
        AgentReport serverAgent = null;
        try {
            if (plan.isRoundTrip()) {
                running.drain(Long.MAX_VALUE, DRAIN_NANOS);
            }
            wire.send(Wire.message("finish").put("sent", running.sent()));
            JsonNode answer = result.get(RESULT_MILLIS, TimeUnit.MILLISECONDS);
            server = Wire.JSON.treeToValue(answer.path("report"), EndReport.class);
            serverAgent = Wire.JSON.treeToValue(answer.path("agent"), AgentReport.class);
            running.drain(server.sent(), DRAIN_NANOS);
        } catch (IOException | ExecutionException | TimeoutException e) {
            early = early != null ? early : "the server gave no result: " + (e.getCause() == null ? "no answer in time"
                    : Reason.of(e.getCause()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            early = "interrupted";
        }
        long step = System.currentTimeMillis() - TimeUnit.NANOSECONDS.toMillis(System.nanoTime()) - wall;
        synchronized (serverIntervals) {
            return new Outcome(early, running.report(), server, List.copyOf(serverIntervals), probe.agent().end(agentBefore), serverAgent,
                    clientHost, serverHost, offset, step);
        }
    }

    /** Server's clock against ours, from the exchange with the shortest round trip. */
    private ClockOffset offset(Wire wire) throws IOException {
        long best = Long.MAX_VALUE;
        long nanos = 0;
        for (int i = 0; i < CLOCK_PROBES; i++) {
            long before = System.nanoTime();
            wire.send(Wire.message("clock"));
            long there = ServerLine.expect(wire, host, "clock").path("nanos").asLong();
            long after = System.nanoTime();
            if (after - before < best) {
                best = after - before;
                nanos = there - (before + (after - before) / 2);
            }
        }
        return new ClockOffset(nanos, best / 2);
    }

    private void listen(Wire wire, Engine running, TestPlan plan, IntervalListener listener) {
        int patience = (int) Math.min(Integer.MAX_VALUE, SILENCE_MILLIS + 3 * TimeUnit.NANOSECONDS.toMillis(plan.intervalNanos()));
        try {
            while (true) {
                JsonNode message = wire.receive(patience);
                if (Wire.type(message).equals("interval")) {
                    Interval interval = Wire.JSON.treeToValue(message.path("interval"), Interval.class);
                    synchronized (serverIntervals) {
                        serverIntervals.add(interval);
                    }
                    listener.onInterval(interval, true);
                } else if (Wire.type(message).equals("result")) {
                    result.complete(message);
                    return;
                } else {
                    throw new IOException(message == null ? "the server went away" : "the server said '" + Wire.type(message) + "'");
                }
            }
        } catch (SocketTimeoutException e) {
            gone(running, "the server has been silent for " + patience / 1000 + " s", e);
        } catch (IOException e) {
            String reason = Reason.of(e);
            gone(running, reason.startsWith("the server") ? reason : "the server went away: " + reason, e);
        }
    }

    private void gone(Engine running, String reason, IOException cause) {
        running.abort(reason);
        result.completeExceptionally(new IOException(reason, cause));
    }
}
