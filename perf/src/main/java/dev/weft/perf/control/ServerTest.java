package dev.weft.perf.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.perf.measure.AgentProbe;
import dev.weft.perf.measure.HostProbe;
import dev.weft.perf.model.Interval;
import dev.weft.perf.rig.Engine;
import dev.weft.perf.rig.EndReport;
import dev.weft.perf.rig.NanoClock;
import dev.weft.perf.rig.WorkerThread;
import dev.weft.perf.transport.Reason;
import dev.weft.perf.transport.Transport;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/** The server's side of one test, from the plan to the result. {@link #run} reads the control connection; the engine has its own thread. */
final class ServerTest extends Occupation {
    private static final int STEP_MILLIS = 10_000;
    private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long DRAIN_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Wire wire;
    private final TestPlan plan;
    private final PerfServer.Settings settings;
    private final Transports transports;
    private final HostProbe probe;
    private final CompletableFuture<Long> finish = new CompletableFuture<>();
    private final AtomicLong clientAhead = new AtomicLong();
    private final long begin = System.nanoTime();
    private volatile Engine engine;
    private volatile String outcome = "ended before it began";

    ServerTest(Wire wire, TestPlan plan, PerfServer.Settings settings, Transports transports, HostProbe probe) {
        this.wire = wire;
        this.plan = plan;
        this.settings = settings;
        this.transports = transports;
        this.probe = probe;
    }

    @Override
    String clientHost() {
        return wire.remoteHost();
    }

    @Override
    String describe() {
        return plan.test().label() + " over " + plan.transport() + ", " + plan.streams() + " streams, " + plan.messageBytes() + " bytes";
    }

    @Override
    long secondsLeft() {
        long left = plan.count() > 0 ? 0 : plan.warmUpNanos() + plan.durationNanos() - (System.nanoTime() - begin);
        return Math.max(0, TimeUnit.NANOSECONDS.toSeconds(left));
    }

    @Override
    void abort(String reason) {
        Engine running = engine;
        if (running != null) {
            running.abort(reason);
        }
        wire.close();
    }

    @Override
    String run() throws IOException {
        Transport transport;
        try {
            transport = transports.find(plan.transport());
        } catch (IOException e) {
            return refuse(Reason.of(e));
        }
        String problem = plan.problem(transport.traits());
        if (problem != null) {
            return refuse(problem);
        }
        long token = RANDOM.nextLong();
        ServerStreams streams = new ServerStreams(plan, transport, settings, token, clientAhead::get,
                wire.localAddress().getHostAddress());
        List<WorkerThread> threads = new ArrayList<>();
        for (int i = 0; i < plan.totalStreams(); i++) {
            threads.add(streams.start(i));
        }
        try (Engine opened = new Engine("server", NanoClock.SYSTEM, threads)) {
            engine = opened;
            return serve(opened, streams, token);
        } catch (TimeoutException | ExecutionException e) {
            return refuse(e.getCause() == null ? "a stream did not open in time" : Reason.of(e.getCause()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
    }

    private String refuse(String reason) throws IOException {
        setAnswered();
        wire.send(Wire.message("refused").put("reason", reason));
        return "refused: " + reason;
    }

    private String serve(Engine running, ServerStreams streams, long token)
            throws IOException, InterruptedException, ExecutionException, TimeoutException {
        ObjectNode ready = Wire.message("ready").put("token", token);
        ArrayNode addresses = ready.putArray("addresses");
        for (int i = 0; i < plan.totalStreams(); i++) {
            addresses.add(streams.address(i).get(STEP_MILLIS, TimeUnit.MILLISECONDS));
        }
        wire.send(ready);
        CompletableFuture<JsonNode> first = firstMessage();
        try {
            running.open(TimeUnit.MILLISECONDS.toNanos(STEP_MILLIS));
        } catch (IOException e) {
            return Thread.interrupted() ? "the client went away before its streams were open" : refuse(Reason.of(e));
        }
        ObjectNode connected = Wire.message("connected");
        connected.set("environment", Wire.JSON.valueToTree(probe.environment(wire.localAddress())));
        wire.send(connected);
        for (JsonNode message = first.get(STEP_MILLIS, TimeUnit.MILLISECONDS);; message = wire.receive(STEP_MILLIS)) {
            switch (Wire.type(message)) {
                case "clock" -> wire.send(Wire.message("clock").put("nanos", NanoClock.SYSTEM.nanoTime()));
                case "start" -> {
                    clientAhead.set(message.path("clientAheadNanos").asLong());
                    return measure(running);
                }
                default -> {
                    return "the client went away before the start";
                }
            }
        }
    }

    /**
     * Reads ahead while the streams open: a client that goes away meanwhile interrupts this thread, so that the next one need not wait for
     * streams that will never come.
     */
    private CompletableFuture<JsonNode> firstMessage() {
        Thread opening = Thread.currentThread();
        CompletableFuture<JsonNode> first = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                JsonNode message = wire.receive(2 * STEP_MILLIS);
                if (message == null) {
                    throw new IOException("the client went away");
                }
                first.complete(message);
            } catch (IOException e) {
                first.completeExceptionally(e);
                opening.interrupt();
            }
        });
        return first;
    }

    private String measure(Engine running) throws IOException, InterruptedException {
        wire.send(Wire.message("started"));
        Thread measuring = Thread.ofPlatform().daemon().name("weft-perf-test").start(() -> outcome = measureAndReport(running));
        try {
            listen(running);
        } finally {
            measuring.join();
        }
        return outcome;
    }

    /** Reads until the client finishes, goes, or is silent for longer than the test may take. */
    private void listen(Engine running) {
        long longest = plan.count() > 0 ? TestPlan.MAX_NANOS : plan.warmUpNanos() + plan.durationNanos() + GRACE_NANOS;
        String gone = "the client went away";
        try {
            JsonNode message = wire.receive((int) Math.min(Integer.MAX_VALUE, TimeUnit.NANOSECONDS.toMillis(longest)));
            if (Wire.type(message).equals("finish")) {
                long sent = message.path("sent").asLong(Long.MAX_VALUE);
                if (plan.count() > 0) {
                    running.drain(sent, DRAIN_NANOS); // what is under way belongs to a counted test
                }
                running.end();
                finish.complete(sent);
                return;
            }
        } catch (SocketTimeoutException e) {
            gone = "the client did not finish in time";
        } catch (IOException e) {
            gone = "the client went away: " + Reason.of(e);
        }
        running.abort(gone);
        finish.completeExceptionally(new IOException(gone));
    }

    private String measureAndReport(Engine running) {
        AgentProbe.Before agentBefore = probe.agent().begin();
        running.run(plan.timing(), this::sendInterval);
        try {
            long sent = finish.get(GRACE_NANOS, TimeUnit.NANOSECONDS);
            running.stopSending();
            running.drain(sent, DRAIN_NANOS);
            EndReport report = running.report();
            ObjectNode result = Wire.message("result");
            result.set("report", Wire.JSON.valueToTree(report));
            result.set("agent", Wire.JSON.valueToTree(probe.agent().end(agentBefore)));
            setAnswered();
            wire.send(result);
            return report.messages() + " messages delivered here, " + report.sent() + " sent";
        } catch (IOException | ExecutionException | TimeoutException e) {
            return "broken off: " + Reason.of(e.getCause() == null ? e : e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
    }

    private void sendInterval(Interval interval) {
        ObjectNode message = Wire.message("interval");
        message.set("interval", Wire.JSON.valueToTree(interval));
        try {
            wire.send(message);
        } catch (IOException e) {
            engine.abort("the client went away");
        }
    }
}
